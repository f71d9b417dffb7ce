create or replace function trimtab.rule_document(p_rule trimtab.automation_rules)
  returns jsonb
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'name', p_rule.name, 'description', p_rule.description, 'rule_type', p_rule.rule_type, 'status', p_rule.status,
    'priority', p_rule.priority, 'condition', p_rule.condition, 'action', p_rule.action)
$$;
comment on function trimtab.rule_document(trimtab.automation_rules) is 'What a version of a rule keeps of it.';
grant execute on function trimtab.rule_document(trimtab.automation_rules) to trimtab_definer;
