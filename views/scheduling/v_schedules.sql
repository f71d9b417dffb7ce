create or replace view trimtab.v_schedules with (security_invoker = true) as
select
  j.org_id,
  j.id as schedule_id,
  j.name,
  j.description,
  j.handler as job,
  r.name as rule_name,
  j.arguments,
  j.timing,
  j.time_zone::text as time_zone,
  j.status,
  j.next_run_at,
  j.next_run_at at time zone j.time_zone as next_run_local,
  j.last_run_at,
  j.last_run_at at time zone j.time_zone as last_run_local,
  l.status as last_status,
  j.run_count,
  j.failure_count,
  j.consecutive_failures,
  j.last_error,
  j.last_slot_at,
  (select count(*) from trimtab.job_runs w where w.org_id = j.org_id and w.job_id = j.id and w.status = 'due') as waiting,
  (select count(*) from trimtab.job_runs w where w.org_id = j.org_id and w.job_id = j.id and w.status = 'running') as running,
  j.starts_at,
  j.ends_at,
  j.max_runs,
  j.missed,
  j.overlap,
  j.jitter_seconds,
  j.timeout_seconds,
  j.pause_after_failures,
  j.event_type,
  j.event_delay,
  j.created_by,
  j.created_at,
  j.updated_at
from trimtab.scheduled_jobs j
left join trimtab.automation_rules r on r.org_id = j.org_id and r.id = j.rule_id
left join lateral (
  select x.status
  from trimtab.job_runs x
  where x.org_id = j.org_id and x.job_id = j.id and x.status in ('success', 'failure', 'timed_out')
  order by x.slot_at desc
  limit 1
) l on true;
comment on view trimtab.v_schedules is
  'Schedules: what runs, when next and when last (as instants, and _local in the schedule''s time zone), how the last run went, how many wait or go on, failures.';
grant select on trimtab.v_schedules to trimtab_user, trimtab_engine;
