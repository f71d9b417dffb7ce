create or replace function trimtab.organizations_with_due_schedules(p_as_of timestamptz default trimtab.clock())
  returns setof uuid
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select o.org_id
  from trimtab.organizations o
  where o.archived_at is null
    and exists (select from trimtab.scheduled_jobs j where j.org_id = o.org_id and j.next_run_at <= p_as_of)
  order by o.org_id
$$;
comment on function trimtab.organizations_with_due_schedules(timestamptz) is 'Organizations that have a schedule whose next run is due. For the engine.';
grant execute on function trimtab.organizations_with_due_schedules(timestamptz) to trimtab_engine;
