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
  c_deepest constant integer := 5;
  v_now timestamptz := trimtab.clock();
  v_depth integer;
begin
  if not exists (
    select
    from (select distinct e.org_id, e.type from new_events e) k
    join trimtab.scheduled_jobs j on j.org_id = k.org_id and j.event_type = k.type and j.status = 'active'
  ) then
    return null;
  end if;
  -- What is written while a run is carried out was caused by it.
  v_depth := (
    select max(r.depth)
    from trimtab.job_runs r
    where r.org_id in (select e.org_id from new_events e) and r.transaction_id = pg_current_xact_id_if_assigned());
  insert into trimtab.job_runs (
    org_id, job_id, slot_at, due_at, status, origin, origin_key, event_id, last_slot_at, completed_at, depth, result,
    created_at)
  select
    j.org_id, j.id, s.slot_at,
    s.slot_at + trimtab.job_jitter(j.id, s.slot_at, j.jitter_seconds),
    case when l.is_late then 'missed' when d.depth >= c_deepest then 'skipped' else 'due' end,
    'event', e.id::text, e.id,
    case when l.is_late then s.slot_at end,
    case when l.is_late or d.depth >= c_deepest then v_now end,
    d.depth + 1,
    case when d.depth >= c_deepest and not l.is_late then
      '{"reason": "It stands at the end of a chain of events and runs that set each other off."}'::jsonb end,
    v_now
  from new_events e
  join trimtab.scheduled_jobs j on j.org_id = e.org_id and j.event_type = e.type
  cross join lateral (select e.occurred_at + j.event_delay as slot_at) s
  cross join lateral (
    select s.slot_at < v_now - case j.missed when 'skip' then interval '5 minutes' else j.catchup_window end as is_late) l
  cross join lateral (
    select greatest(
      coalesce(v_depth, 0),
      case when jsonb_typeof(e.payload #> '{caused_by,depth}') = 'number'
        then least(greatest((e.payload #>> '{caused_by,depth}')::numeric, 0), 1000)::integer end) as depth) d
  where j.status = 'active'
    and (j.starts_at is null or e.occurred_at >= j.starts_at)
    and (j.ends_at is null or s.slot_at < j.ends_at)
    and isfinite(e.occurred_at)
  on conflict on constraint job_runs_slot_key do nothing;
  return null;
end
$$;
comment on function trimtab.schedule_after_events() is
  'Statement trigger of the journal: a schedule that runs some time after an event gets its run, once an event. One that was told of later than its schedule''s policy of missed slots allows is recorded as missed. Runs that set each other off by events end after five: the sixth is recorded as skipped.';
alter function trimtab.schedule_after_events() owner to trimtab_definer;
-- keeper: owns the journal.
grant execute on function trimtab.schedule_after_events() to trimtab_keeper;
create or replace trigger schedule_after_events after insert on trimtab.events
  referencing new table as new_events
  for each statement execute function trimtab.schedule_after_events();
