create or replace function trimtab.target_rule(p_org_id uuid, p_target jsonb, p_events jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_rule_id uuid;
  v_result jsonb;
begin
  select r.id into v_rule_id
  from trimtab.automation_rules r
  where r.org_id = p_org_id
    and (r.id::text = p_target ->> 'rule' or r.name = p_target ->> 'rule')
    and r.status <> 'archived'
  order by r.id::text = p_target ->> 'rule' desc
  limit 1;
  if v_rule_id is null then
    raise exception 'there is no rule "%"', p_target ->> 'rule'
      using errcode = 'TT031',
            detail = format('Trigger %s.', p_context ->> 'trigger'),
            hint = 'It may have been renamed or archived: save the trigger with another one.';
  end if;
  v_result := trimtab.execute_rule_as(
    p_org_id, v_rule_id, trimtab.campaigns_of_events(p_org_id, p_events), 'trigger', p_events -> -1);
  return v_result || jsonb_build_object('rule_id', v_rule_id)
    || case when v_result ? 'stopped' then jsonb_build_object('skipped', v_result -> 'stop_reason') else '{}' end;
end
$$;
comment on function trimtab.target_rule(uuid, jsonb, jsonb, jsonb) is
  'Target rule {rule}: executes a rule, named or by id, for the campaigns that the events name, or for all where they name none; the rule is told the last event. {executed, shadowed, held_back, failed, rule_id}; skipped while automation is stopped. Errors: as execute_rule_as().';
grant execute on function trimtab.target_rule(uuid, jsonb, jsonb, jsonb) to trimtab_definer;
