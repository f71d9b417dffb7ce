create or replace view trimtab.v_schedule_runs with (security_invoker = true) as
select
  r.org_id,
  r.id as run_id,
  r.job_id as schedule_id,
  j.name,
  j.handler as job,
  r.slot_at,
  r.slot_at at time zone j.time_zone as slot_local,
  j.time_zone::text as time_zone,
  r.due_at,
  r.status,
  r.origin,
  r.slots,
  r.last_slot_at,
  r.event_id,
  r.attempts,
  r.started_at,
  r.completed_at,
  r.duration_ms,
  r.result,
  r.error_code,
  r.error_message,
  r.requested_by
from trimtab.job_runs r
join trimtab.scheduled_jobs j on j.org_id = r.org_id and j.id = r.job_id;
comment on view trimtab.v_schedule_runs is
  'Runs of schedules with the schedule''s name and the slot in its local time; slots that nobody ran in an outage are one row (missed), slots of them from slot_at to last_slot_at.';
grant select on trimtab.v_schedule_runs to trimtab_user, trimtab_engine;
