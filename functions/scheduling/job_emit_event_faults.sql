create or replace function trimtab.job_emit_event_faults(p_org_id uuid, p_arguments jsonb)
  returns text[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select coalesce(array_agg(format(
      'arguments.event: found %s, allowed: a dotted type of your own, such as team.budget_reviewed. %s', p_arguments -> 'event', f.fault)), '{}')
  from (select trimtab.event_type_fault(p_arguments ->> 'event')) f (fault)
  where f.fault is not null
$$;
comment on function trimtab.job_emit_event_faults(uuid, jsonb) is 'What is wrong with the event that a schedule writes; see job_faults().';
grant execute on function trimtab.job_emit_event_faults(uuid, jsonb) to trimtab_definer;
