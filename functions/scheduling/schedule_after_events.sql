create or replace function trimtab.schedule_after_events()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: whoever causes events may not write runs.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
begin
  insert into trimtab.job_runs (
    org_id, job_id, slot_at, due_at, status, origin, origin_key, event_id, last_slot_at, completed_at, created_at)
  select
    j.org_id, j.id, s.slot_at,
    s.slot_at + trimtab.job_jitter(j.id, s.slot_at, j.jitter_seconds),
    case when l.is_late then 'missed' else 'due' end,
    'event', e.id::text, e.id,
    case when l.is_late then s.slot_at end,
    case when l.is_late then v_now end,
    v_now
  from new_events e
  join trimtab.scheduled_jobs j on j.org_id = e.org_id and j.event_type = e.type
  cross join lateral (select e.occurred_at + j.event_delay as slot_at) s
  cross join lateral (
    select s.slot_at < v_now - case j.missed when 'skip' then interval '5 minutes' else j.catchup_window end as is_late) l
  where j.status = 'active'
    and (j.starts_at is null or e.occurred_at >= j.starts_at)
    and (j.ends_at is null or s.slot_at < j.ends_at)
    and isfinite(e.occurred_at)
  on conflict on constraint job_runs_slot_key do nothing;
  return null;
end
$$;
comment on function trimtab.schedule_after_events() is
  'Statement trigger of the journal: a schedule that runs some time after an event gets its run, once an event. One that was told of later than its schedule''s policy of missed slots allows is recorded as missed.';
alter function trimtab.schedule_after_events() owner to trimtab_definer;
-- keeper: owns the journal.
grant execute on function trimtab.schedule_after_events() to trimtab_keeper;
create or replace trigger schedule_after_events after insert on trimtab.events
  referencing new table as new_events
  for each statement execute function trimtab.schedule_after_events();
