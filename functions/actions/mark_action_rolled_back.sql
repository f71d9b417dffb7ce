create or replace function trimtab.mark_action_rolled_back(p_action_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: managers may not write the ledger.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('manager');
begin
  perform trimtab.take_back_change(v_org_id, p_action_id, 'Called rolled back by hand.', p_accept_changes => true);
end
$$;
comment on function trimtab.mark_action_rolled_back(uuid) is
  'Calls an executed action rolled back after a person put the campaign right (role manager). What the action wrote and nobody changed since is restored, so that the ledger does not lie; everything else stays. Errors: TT013 unknown, TT014 failed, pending or itself a rollback.';
alter function trimtab.mark_action_rolled_back(uuid) owner to trimtab_definer;
grant execute on function trimtab.mark_action_rolled_back(uuid) to trimtab_user, trimtab_engine;
