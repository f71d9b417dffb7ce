create or replace function trimtab.stop_schedule(p_org_id uuid, p_job_id uuid, p_error_code text, p_error_message text, p_as_of timestamptz)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_job record;
begin
  update trimtab.scheduled_jobs j
  set status = 'failed', next_run_at = null, next_run_wall = null, last_error = p_error_message
  where j.org_id = p_org_id and j.id = p_job_id
  returning j.name, j.consecutive_failures into v_job;
  update trimtab.job_runs r
  set status = 'skipped', completed_at = p_as_of, result = '{"reason": "The schedule was stopped after repeated failure."}'
  where r.org_id = p_org_id and r.job_id = p_job_id and r.status = 'due' and r.origin in ('schedule', 'event');
  perform trimtab.emit_event(
    p_org_id, 'schedule.paused',
    jsonb_build_object(
      'job_id', p_job_id, 'name', v_job.name, 'consecutive_failures', greatest(v_job.consecutive_failures, 1),
      'error_code', p_error_code, 'error_message', p_error_message),
    'job', p_job_id);
end
$$;
comment on function trimtab.stop_schedule(uuid, uuid, text, text, timestamptz) is
  'Stops a schedule that failed too often or cannot be computed (status failed), lets its waiting runs pass, and writes the event schedule.paused. For the system''s own functions.';
grant execute on function trimtab.stop_schedule(uuid, uuid, text, text, timestamptz) to trimtab_definer;
