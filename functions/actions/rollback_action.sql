create or replace function trimtab.rollback_action(p_action_id uuid, p_reason text default null)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  -- definer: managers may not write the ledger, where the action is marked and the rollback explained.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('manager');
begin
  return trimtab.take_back_change(v_org_id, p_action_id, p_reason);
end
$$;
comment on function trimtab.rollback_action(uuid, text) is
  'Takes back an action of the caller''s organization (role manager): each attribute that it wrote and that is still so gets the value of before. Returns {action_id, status, already_rolled_back, rolled_back_at, rolled_back_by, rollback_id, restored, already, left}: restored and already hold attribute: value; left holds what stays, with now, wrote, before, because and the change since. A second call changes nothing and says already_rolled_back. Errors: TT013 unknown, TT014 failed, pending, itself a rollback, or nothing can be restored.';
alter function trimtab.rollback_action(uuid, text) owner to trimtab_definer;
grant execute on function trimtab.rollback_action(uuid, text) to trimtab_user, trimtab_engine;
