create or replace function trimtab.run_schedule_now(p_schedule_id uuid)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  -- definer: carries out what runs by schedules and records it, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
declare
  v_org_id uuid := trimtab.require_org('manager');
  v_now timestamptz := trimtab.clock();
  v_run_id uuid;
begin
  perform trimtab.lock_organization(v_org_id);
  perform from trimtab.scheduled_jobs j where j.org_id = v_org_id and j.id = p_schedule_id for no key update;
  perform trimtab.find_schedule(v_org_id, p_schedule_id);
  insert into trimtab.job_runs (org_id, job_id, slot_at, due_at, origin, origin_key, requested_by, created_at)
  values (v_org_id, p_schedule_id, v_now, v_now, 'person', 'person', trimtab.current_user_id(), v_now)
  on conflict on constraint job_runs_slot_key do nothing
  returning id into v_run_id;
  if found then
    perform trimtab.perform_job_run(v_org_id, v_run_id, v_now);
  end if;
  return (
    select jsonb_strip_nulls(jsonb_build_object(
      'run_id', r.id, 'status', r.status, 'result', r.result, 'error_code', r.error_code, 'error_message', r.error_message))
    from trimtab.job_runs r
    where r.org_id = v_org_id and r.job_id = p_schedule_id and r.slot_at = v_now and r.origin_key = 'person');
end
$$;
comment on function trimtab.run_schedule_now(uuid) is
  'Runs a schedule now, in the caller''s transaction (role manager), whether it is paused or not; its slots stay as they are. Once a transaction. Returns {run_id, status, result, error_code, error_message}; a failure is recorded, not raised. Errors: TT001–TT003, TT074 unknown, 55P03 when another holds the organization for five seconds.';
alter function trimtab.run_schedule_now(uuid) owner to trimtab_definer;
grant execute on function trimtab.run_schedule_now(uuid) to trimtab_user, trimtab_engine;
