create or replace function trimtab.success_rate(p_rule_id uuid)
  returns numeric
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org();
  v_rate numeric;
begin
  select coalesce(round(100.0 * r.success_count / nullif(r.execution_count, 0), 2), 0) into v_rate
  from trimtab.automation_rules r
  where r.org_id = v_org_id and r.id = p_rule_id;
  if not found then
    raise exception 'there is no such rule'
      using errcode = 'TT031',
            detail = format('No rule of the organization has the id %s.', coalesce(p_rule_id::text, 'null')),
            hint = 'select id, name from trimtab.automation_rules.';
  end if;
  return v_rate;
end
$$;
comment on function trimtab.success_rate(uuid) is
  'Percent of a rule''s executions in which every action succeeded, with two decimals; 0 without any. What was skipped or held back, and what a rule in shadow would have done, is no execution. Errors: TT001, TT002, TT031 unknown rule.';
grant execute on function trimtab.success_rate(uuid) to trimtab_user, trimtab_engine;
