create or replace function trimtab.rule_event_fault(p_type text)
  returns text
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select case
    when p_type is null or p_type !~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$' or length(p_type) > 100
      then format('%L is no dotted type in lower case, such as team.budget_reviewed.', p_type)
    when split_part(p_type, '.', 1) in (
      'action', 'alert', 'anomaly', 'audit', 'autopilot', 'campaign', 'campaign_change', 'delivery', 'execution', 'facts',
      'guardrails', 'import', 'membership', 'opportunity', 'organization', 'quarantine', 'rule', 'security', 'spend_cap', 'system',
      'trimtab', 'workflow')
      then format('Events that begin with %s. are the system''s own.', split_part(p_type, '.', 1))
  end
$$;
comment on function trimtab.rule_event_fault(text) is
  'Why a rule cannot write an event of this type (its form, or a first part that the system keeps for itself); null where it can.';
grant execute on function trimtab.rule_event_fault(text) to trimtab_user, trimtab_engine, trimtab_definer;
