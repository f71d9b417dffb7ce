create or replace function trimtab.event_type_fault(p_type text)
  returns text
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select case
    when p_type is null or p_type !~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$' or length(p_type) > 100
      then format('%L is no dotted type in lower case, such as team.budget_reviewed.', left(p_type, 200))
    when split_part(p_type, '.', 1) in (
        -- Kept for the system, whether or not it writes any of them yet.
        'action', 'alert', 'anomaly', 'audit', 'autopilot', 'campaign', 'campaign_change', 'delivery', 'execution', 'facts',
        'guardrails', 'import', 'membership', 'opportunity', 'organization', 'quarantine', 'rule', 'security', 'spend_cap', 'system',
        'trimtab', 'workflow')
      or exists (
        select from trimtab.event_types t
        where t.source = 'system' and split_part(t.type, '.', 1) = split_part(p_type, '.', 1))
      then format('Events that begin with %s. are the system''s own.', split_part(p_type, '.', 1))
  end
$$;
comment on function trimtab.event_type_fault(text) is
  'Why nobody but the system can write an event of this type (its form, or a first part that the system keeps for itself); null where anybody may.';
grant execute on function trimtab.event_type_fault(text) to trimtab_user, trimtab_engine, trimtab_definer;
