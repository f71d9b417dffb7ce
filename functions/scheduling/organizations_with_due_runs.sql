create or replace function trimtab.organizations_with_due_runs(p_as_of timestamptz default trimtab.clock())
  returns setof uuid
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select o.org_id
  from trimtab.organizations o
  where o.archived_at is null
    and (exists (select from trimtab.job_runs r where r.org_id = o.org_id and r.status = 'due' and r.due_at <= p_as_of)
      or exists (
        select
        from trimtab.job_runs r
        join trimtab.scheduled_jobs j on j.org_id = r.org_id and j.id = r.job_id
        where r.org_id = o.org_id and r.status = 'running' and r.started_at + j.timeout_seconds * interval '1 second' < p_as_of))
  order by o.org_id
$$;
comment on function trimtab.organizations_with_due_runs(timestamptz) is
  'Organizations that have a run of a schedule to begin, or one that was left open beyond its timeout. For the engine.';
grant execute on function trimtab.organizations_with_due_runs(timestamptz) to trimtab_engine;
