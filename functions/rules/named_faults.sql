create or replace function trimtab.named_faults(p_rule trimtab.automation_rules)
  returns text[]
  language plpgsql
  stable
  parallel safe
  -- definer: asks after hosts and people that the caller may not read; it tells no more than saving the rule would.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('viewer');
begin
  return trimtab.scope_faults(v_org_id, p_rule) || trimtab.action_faults(v_org_id, p_rule);
end
$$;
comment on function trimtab.named_faults(trimtab.automation_rules) is
  'What a compiled rule names that the caller''s organization does not have or allow: campaigns, groups, people, addresses, events. Path, found, allowed for each; empty when all is well. Errors: TT001–TT003.';
alter function trimtab.named_faults(trimtab.automation_rules) owner to trimtab_definer;
grant execute on function trimtab.named_faults(trimtab.automation_rules) to trimtab_user, trimtab_engine;
