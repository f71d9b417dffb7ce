create or replace function trimtab.tick_schedules(p_org_id uuid, p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: makes runs and moves schedules on, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_job_id uuid;
  v_code text;
  v_message text;
  v_done integer := 0;
begin
  begin
    return trimtab.dispatch_schedules(p_org_id, p_as_of, p_limit);
  exception
    when serialization_failure then
      raise;
    when assert_failure or others then
      null;
  end;
  -- All at once failed: each alone, and the one that cannot be computed (a zone that is no more) is stopped.
  for v_job_id in
    select j.id
    from trimtab.scheduled_jobs j
    where j.org_id = p_org_id and j.next_run_at <= p_as_of
    order by j.next_run_at, j.id
    limit p_limit
  loop
    begin
      v_done := v_done + trimtab.dispatch_schedules(p_org_id, p_as_of, 1, array[v_job_id]);
    exception
      when serialization_failure then
        raise;
      when assert_failure or others then
        get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
        perform trimtab.stop_schedule(p_org_id, v_job_id, v_code, v_message, p_as_of);
        v_done := v_done + 1;
    end;
  end loop;
  return v_done;
end
$$;
comment on function trimtab.tick_schedules(uuid, timestamptz, integer) is
  'Part of the tick: makes the runs of an organization''s schedules that are due (dispatch_schedules()). At most p_limit schedules; returns how many. One that cannot be computed is stopped and holds up no other. For the engine.';
alter function trimtab.tick_schedules(uuid, timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.tick_schedules(uuid, timestamptz, integer) to trimtab_engine;
