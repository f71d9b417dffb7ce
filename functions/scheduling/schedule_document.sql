create or replace function trimtab.schedule_document(p_schedule trimtab.scheduled_jobs)
  returns jsonb
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select jsonb_strip_nulls(jsonb_build_object(
    'name', p_schedule.name,
    'description', p_schedule.description,
    'job', p_schedule.handler,
    'rule', p_schedule.rule_id,
    'arguments', nullif(p_schedule.arguments, '{}'),
    'timing', p_schedule.timing,
    'time_zone', p_schedule.time_zone,
    'on_gap', p_schedule.on_gap,
    'on_overlap', p_schedule.on_overlap,
    'starts_at', to_char(p_schedule.starts_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'ends_at', to_char(p_schedule.ends_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    'max_runs', p_schedule.max_runs,
    'timeout_seconds', p_schedule.timeout_seconds,
    'missed', p_schedule.missed,
    'catchup_window', jsonb_build_object('seconds', extract(epoch from p_schedule.catchup_window)),
    'overlap', p_schedule.overlap,
    'jitter_seconds', p_schedule.jitter_seconds,
    'pause_after_failures', p_schedule.pause_after_failures,
    'status', case when p_schedule.status in ('active', 'paused') then p_schedule.status end))
$$;
comment on function trimtab.schedule_document(trimtab.scheduled_jobs) is
  'A schedule as the document with which save_schedule() makes it anew, with every policy said.';
grant execute on function trimtab.schedule_document(trimtab.scheduled_jobs) to trimtab_user, trimtab_engine, trimtab_definer;
