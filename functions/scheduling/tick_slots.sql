create or replace function trimtab.tick_slots(p_org_id uuid, p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: locks schedules and makes their runs, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  begin
    -- Whoever makes the runs of a schedule at this moment is done in no time, and then there is nothing left to make.
    perform from trimtab.scheduled_jobs j
    where j.org_id = p_org_id and j.next_run_at <= p_as_of
    order by j.next_run_at, j.id
    limit p_limit
    for no key update;
  exception
    when lock_not_available then
      -- Somebody is changing one of them: the others need not wait.
      null;
  end;
  return trimtab.tick_schedules(p_org_id, p_as_of, p_limit);
end
$$;
comment on function trimtab.tick_slots(uuid, timestamptz, integer) is
  'Part of the tick: makes the runs that are due before the lane of jobs looks for them, or waits for the session that makes them, so that a run need not wait for the next tick (tick_schedules()). At most p_limit schedules; returns how many. For the engine.';
alter function trimtab.tick_slots(uuid, timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.tick_slots(uuid, timestamptz, integer) to trimtab_engine;
