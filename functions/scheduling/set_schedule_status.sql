create or replace function trimtab.set_schedule_status(p_schedule_id uuid, p_status text)
  returns timestamptz
  language plpgsql
  volatile
  parallel unsafe
  -- definer: schedules are written through the functions of this room only.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('manager');
  v_now timestamptz := trimtab.clock();
  v_job trimtab.scheduled_jobs;
  v_next timestamptz;
begin
  perform trimtab.lock_organization(v_org_id);
  perform from trimtab.scheduled_jobs j where j.org_id = v_org_id and j.id = p_schedule_id for no key update;
  v_job := trimtab.find_schedule(v_org_id, p_schedule_id);
  if p_status is null or p_status not in ('active', 'paused') then
    raise exception 'a schedule cannot be made %', coalesce(p_status, 'null')
      using errcode = 'TT073',
            detail = format('status: found %s, allowed: active, paused.', coalesce(p_status, 'nothing')),
            hint = 'active runs, paused does not; completed and failed come by themselves.';
  end if;
  if v_job.status = p_status then
    return v_job.next_run_at;
  end if;
  if p_status = 'active' then
    if v_job.event_type is null then
      v_next := trimtab.next_slot(
        v_job.plans, v_job.time_zone, v_now, v_job.on_gap, v_job.on_overlap, v_job.starts_at, v_job.ends_at);
    end if;
    if v_next is null and v_job.event_type is null or v_job.run_count >= v_job.max_runs then
      raise exception 'the schedule "%" has no run left', v_job.name
        using errcode = 'TT075',
              detail = case when v_job.run_count >= v_job.max_runs then format('It has run %s times; max_runs is %s.', v_job.run_count, v_job.max_runs)
                else format('Its time is over: %s.', v_job.timing) end,
              hint = 'select trimtab.save_schedule(…) with other times or another max_runs.';
    end if;
  end if;
  perform trimtab.settle_slots(v_org_id, p_schedule_id, v_now);
  update trimtab.scheduled_jobs j
  set status = p_status, settled_until = v_now, next_run_at = v_next, next_run_wall = v_next at time zone j.time_zone,
      consecutive_failures = 0, updated_at = v_now
  where j.org_id = v_org_id and j.id = p_schedule_id;
  if p_status = 'paused' then
    update trimtab.job_runs r
    set status = 'skipped', completed_at = v_now, result = '{"reason": "The schedule was paused."}'
    where r.org_id = v_org_id and r.job_id = p_schedule_id and r.status = 'due' and r.origin in ('schedule', 'event');
  end if;
  return v_next;
end
$$;
comment on function trimtab.set_schedule_status(uuid, text) is
  'Pauses a schedule (paused: its waiting runs are skipped) or lets it go on (active: from now; what lay in between is not run, and failures in a row count from nothing); role manager. Returns its next run. Errors: TT001–TT003, TT073 another status, TT074 unknown, TT075 nothing left to run.';
alter function trimtab.set_schedule_status(uuid, text) owner to trimtab_definer;
grant execute on function trimtab.set_schedule_status(uuid, text) to trimtab_user, trimtab_engine;
