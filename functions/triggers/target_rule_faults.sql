create or replace function trimtab.target_rule_faults(p_org_id uuid, p_target jsonb)
  returns text[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select trimtab.part_faults(p_target, 'target', '{"type": "text!", "rule": "text!"}') || array(
    select format('target.rule: found %s, allowed: %s.', left(p_target ->> 'rule', 100),
      case when bool_or(r.trigger_kind = 'event') then 'a rule that does not wait for an event of its own (trigger manual or run)'
        else 'the name or id of a rule that is not archived' end)
    from trimtab.automation_rules r
    where r.org_id = p_org_id
      and r.status <> 'archived'
      and (r.id::text = p_target ->> 'rule' or r.name = p_target ->> 'rule')
    having jsonb_typeof(p_target -> 'rule') = 'string' and (count(*) = 0 or bool_or(r.trigger_kind = 'event')))
$$;
comment on function trimtab.target_rule_faults(uuid, jsonb) is 'What is wrong with the arguments of the target rule.';
grant execute on function trimtab.target_rule_faults(uuid, jsonb) to trimtab_definer;
