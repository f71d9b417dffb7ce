create or replace function trimtab.tick_rezone(p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: moves schedules, of all organizations, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  with zones as materialized (
    -- A zone that is no more stops its schedules when they are due (tick_schedules()), not this.
    select z.name from pg_catalog.pg_timezone_names z
  ), stale as materialized (
    select j.org_id, j.id
    from trimtab.scheduled_jobs j
    -- PostgreSQL takes a name however it is written.
    join zones z on lower(z.name) = lower(j.time_zone)
    where j.next_run_at is not null and j.next_run_wall <> j.next_run_at at time zone z.name
    limit p_limit
    for no key update of j skip locked
  ), anew as materialized (
    select j.org_id, j.id,
           coalesce(
             trimtab.next_slot(j.plans, j.time_zone, j.settled_until, j.on_gap, j.on_overlap, j.starts_at, j.ends_at),
             j.next_run_at) as next_run_at
    from stale s
    join trimtab.scheduled_jobs j on j.org_id = s.org_id and j.id = s.id
  )
  update trimtab.scheduled_jobs j
  set next_run_at = a.next_run_at, next_run_wall = a.next_run_at at time zone j.time_zone
  from anew a
  where j.org_id = a.org_id and j.id = a.id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.tick_rezone(timestamptz, integer) is
  'Part of the tick: moves schedules whose time zone has other rules than when their next run was computed. At most p_limit; returns how many. For the engine.';
alter function trimtab.tick_rezone(timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.tick_rezone(timestamptz, integer) to trimtab_engine;
