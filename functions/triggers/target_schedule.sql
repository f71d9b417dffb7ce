create or replace function trimtab.target_schedule(p_org_id uuid, p_target jsonb, p_events jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_job_id uuid;
  v_run_id uuid;
begin
  select j.id into v_job_id
  from trimtab.scheduled_jobs j
  where j.org_id = p_org_id and j.name = p_target ->> 'schedule';
  if not found then
    raise exception 'there is no schedule "%"', p_target ->> 'schedule'
      using errcode = 'TT074',
            detail = format('Trigger %s.', p_context ->> 'trigger'),
            hint = 'It may have been renamed or removed: save the trigger with another one.';
  end if;
  insert into trimtab.job_runs (org_id, job_id, slot_at, due_at, origin, origin_key, event_id, depth, created_at)
  values (
    p_org_id, v_job_id, v_now, v_now, 'trigger', format('trigger:%s', p_context ->> 'firing_id'), (p_events -> -1 ->> 'id')::bigint,
    coalesce((p_context ->> 'depth')::integer, 0), v_now)
  on conflict on constraint job_runs_slot_key do nothing
  returning id into v_run_id;
  return jsonb_strip_nulls(jsonb_build_object('schedule_id', v_job_id, 'run_id', v_run_id));
end
$$;
comment on function trimtab.target_schedule(uuid, jsonb, jsonb, jsonb) is
  'Target schedule {schedule}: has a scheduled job, named, run now: a run that is due, which the clock carries out like the others, and which is told the last event''s number. {schedule_id, run_id}. Errors: TT074 unknown.';
grant execute on function trimtab.target_schedule(uuid, jsonb, jsonb, jsonb) to trimtab_definer;
