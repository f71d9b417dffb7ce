create or replace function trimtab.organizations_to_run(p_as_of timestamptz default trimtab.clock())
  returns setof uuid
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select o.org_id
  from trimtab.organizations o
  left join trimtab.guardrails g on g.org_id = o.org_id
  left join trimtab.tick_units u on u.org_id = o.org_id and u.part = 'autopilot'
  left join lateral (
    select r.last_run_at, r.knowledge_revision
    from trimtab.autopilot_runs r
    where r.org_id = o.org_id
    order by r.last_run_at desc
    limit 1
  ) r on true
  where o.archived_at is null
    and g.autopilot_enabled
    and trimtab.system_stop() is null
    and (r.last_run_at is null
      or r.last_run_at < (
        select date_bin(p.every_seconds * interval '1 second', p_as_of, timestamptz '2000-01-01 00:00:00+00')
        from trimtab.tick_plan() p where p.part = 'autopilot')
      -- Runs over new facts leave two thirds of the time to those who bring them: both take the organization's lock.
      or o.knowledge_revision > r.knowledge_revision and coalesce(p_as_of >= u.served_at + u.duration_ms * interval '3 milliseconds', true)
      or u.failures > 0)
$$;
comment on function trimtab.organizations_to_run(timestamptz) is
  'Organizations whose autopilot is due: it was not run since the last full hour (the part''s every_seconds), facts have come in since (and three times as long has passed as the run took), or its last try failed. None whose automation is switched off. For the clockwork.';
grant execute on function trimtab.organizations_to_run(timestamptz) to trimtab_engine;
