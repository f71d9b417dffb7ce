create or replace function trimtab.settle_job_run(
  p_org_id uuid,
  p_run_id uuid,
  p_status text,
  p_result jsonb,
  p_error_code text,
  p_error_message text,
  p_as_of timestamptz,
  p_duration_ms integer default null
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_run trimtab.job_runs;
  v_job trimtab.scheduled_jobs;
  v_has_failed boolean := p_status in ('failure', 'timed_out');
  v_next timestamptz;
begin
  update trimtab.job_runs r
  set status = p_status, transaction_id = null, result = p_result, error_code = p_error_code, error_message = p_error_message,
      started_at = case when p_status = 'skipped' then r.started_at else coalesce(r.started_at, p_as_of) end,
      completed_at = case when p_status <> 'running' then p_as_of end,
      duration_ms = coalesce(p_duration_ms, (extract(epoch from p_as_of - r.started_at) * 1000)::integer),
      attempts = r.attempts + case when r.status = 'due' and p_status <> 'skipped' then 1 else 0 end
  where r.org_id = p_org_id and r.id = p_run_id
  returning r.* into v_run;
  if p_status = 'running' then
    return;
  end if;

  select j.* into v_job from trimtab.scheduled_jobs j where j.org_id = p_org_id and j.id = v_run.job_id for no key update;
  if p_status <> 'skipped' then
    update trimtab.scheduled_jobs j
    set run_count = j.run_count + 1,
        last_run_at = p_as_of,
        failure_count = j.failure_count + v_has_failed::integer,
        consecutive_failures = case when v_has_failed then j.consecutive_failures + 1 else 0 end,
        last_error = case when v_has_failed then p_error_message else j.last_error end
    where j.org_id = p_org_id and j.id = v_job.id
    returning j.* into v_job;
  end if;
  if v_has_failed and v_job.consecutive_failures = 1 then
    -- Told once, until it succeeds again.
    perform trimtab.emit_event(
      p_org_id, 'schedule.run_failed',
      jsonb_build_object(
        'job_id', v_job.id, 'name', v_job.name, 'run_id', p_run_id, 'slot_at', v_run.slot_at, 'consecutive_failures', 1,
        'error_code', p_error_code, 'error_message', p_error_message),
      'job', v_job.id);
  end if;
  if v_job.status <> 'active' then
    return;
  end if;
  if v_job.consecutive_failures >= v_job.pause_after_failures then
    perform trimtab.stop_schedule(p_org_id, v_job.id, p_error_code, p_error_message, p_as_of);
    return;
  end if;

  -- With nothing to come and nothing that waits it is completed. What was skipped leaves room for another.
  if v_job.next_run_at is null
    and (v_job.event_type is null or v_job.run_count >= v_job.max_runs)
    and not exists (
      select from trimtab.job_runs r where r.org_id = p_org_id and r.job_id = v_job.id and r.status in ('due', 'running'))
  then
    if v_job.max_runs is null or v_job.run_count < v_job.max_runs then
      v_next := trimtab.next_slot(
        v_job.plans, v_job.time_zone, v_job.settled_until, v_job.on_gap, v_job.on_overlap, v_job.starts_at, v_job.ends_at);
    end if;
    if v_next is null then
      update trimtab.scheduled_jobs j set status = 'completed' where j.org_id = p_org_id and j.id = v_job.id;
    else
      update trimtab.scheduled_jobs j
      set next_run_at = v_next, next_run_wall = v_next at time zone j.time_zone
      where j.org_id = p_org_id and j.id = v_job.id;
    end if;
  end if;
end
$$;
comment on function trimtab.settle_job_run(uuid, uuid, text, jsonb, text, text, timestamptz, integer) is
  'Writes how a run went (running, success, failure, timed_out, skipped) and counts it at its schedule: a failure as a failure, skipped as nothing. Stops a schedule that has failed as often in a row as it may, completes one that has nothing left to run. The first of several failures leaves the event schedule.run_failed. For the system''s own functions.';
grant execute on function trimtab.settle_job_run(uuid, uuid, text, jsonb, text, text, timestamptz, integer) to trimtab_definer;
