create or replace function trimtab.change_rule(
  p_rule_id uuid,
  p_changes jsonb,
  p_without text[] default '{}',
  p_reason text default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: takes the organization's lock, so that of two changes at once none is lost.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
begin
  perform trimtab.lock_organization(v_org_id);
  return trimtab.save_rule((trimtab.find_rule(v_org_id, p_rule_id)).document - p_without || p_changes, p_rule_id, p_reason);
end
$$;
comment on function trimtab.change_rule(uuid, jsonb, text[], text) is
  'Changes keys of a rule''s document (p_changes) and takes others out (p_without); what is not named stays. Returns the rule''s id. Errors: those of save_rule().';
alter function trimtab.change_rule(uuid, jsonb, text[], text) owner to trimtab_definer;
grant execute on function trimtab.change_rule(uuid, jsonb, text[], text) to trimtab_user, trimtab_engine;
