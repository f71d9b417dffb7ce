create or replace function trimtab.dispatch_schedules(
  p_org_id uuid,
  p_as_of timestamptz,
  p_limit integer,
  p_job_ids uuid[] default null
)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
  set jit to off
as $$
declare
  v_ended uuid[];
  v_count integer;
begin
  -- Locks: rows of scheduled_jobs, none of which is waited for, and nothing after them.
  with claimed as materialized (
    select j.id, j.plans, j.time_zone::text as time_zone, j.on_gap, j.on_overlap, j.next_run_at, j.settled_until, j.starts_at,
           j.ends_at, j.missed, j.jitter_seconds, j.max_runs, j.run_count,
           p_as_of - case j.missed when 'skip' then interval '5 minutes' else j.catchup_window end as reaches_to,
           -- The zone's rules have changed since it was computed: it is no slot any more, or not yet.
           j.next_run_wall <> j.next_run_at at time zone j.time_zone as is_rezoned
    from trimtab.scheduled_jobs j
    where j.org_id = p_org_id
      and j.next_run_at <= p_as_of
      and (p_job_ids is null or j.id = any (p_job_ids))
    order by j.next_run_at, j.id
    limit p_limit
    for no key update skip locked
  ), looked as materialized (
    select c.*, r.run_at as after_it
    from claimed c
    cross join lateral trimtab.run_after(
      c.plans, c.time_zone,
      case when c.is_rezoned then greatest(c.settled_until, c.starts_at - interval '1 microsecond') else c.next_run_at end,
      c.on_gap, c.on_overlap) r
  ), sorted as materialized (
    select l.*, s.*
    from looked l
    cross join lateral (
      -- One slot, in time: nearly always.
      select array[l.next_run_at] as slots, 0 as missed_slots, null::timestamptz as first_missed, null::timestamptz as last_missed,
             l.next_run_at as settled, case when l.ends_at is null or l.after_it < l.ends_at then l.after_it end as following
      where not l.is_rezoned and l.next_run_at >= l.reaches_to and (l.after_it is null or l.after_it > p_as_of)
      union all
      select '{}', 0, null, null, l.settled_until, case when l.ends_at is null or l.after_it < l.ends_at then l.after_it end
      where l.is_rezoned
      union all
      select m.slots, m.missed, m.first_missed, m.last_missed, m.settled_until, m.following
      from trimtab.sort_slots(
        l.plans, l.time_zone, l.next_run_at, p_as_of, l.reaches_to, l.missed, l.on_gap, l.on_overlap, l.ends_at) m
      where not l.is_rezoned and (l.next_run_at < l.reaches_to or l.after_it <= p_as_of)
    ) s
  ), allowed as materialized (
    -- Not more than may still run; those that wait already count.
    select s.id, s.time_zone, s.jitter_seconds, s.missed_slots, s.first_missed, s.last_missed, s.settled,
           case when s.max_runs is null then s.slots else s.slots[1:least(cardinality(s.slots), r.rest)::integer] end as slots,
           case when s.max_runs is null or r.rest > cardinality(s.slots) then s.following end as following,
           s.max_runs is not null and r.rest <= cardinality(s.slots) or s.following is null as has_ended
    from sorted s
    cross join lateral (
      select case when s.max_runs is not null then greatest(0, s.max_runs - s.run_count - (
        select count(*) from trimtab.job_runs r where r.org_id = p_org_id and r.job_id = s.id and r.status in ('due', 'running'))) end as rest
    ) r
  ), run as (
    insert into trimtab.job_runs (org_id, job_id, slot_at, due_at, created_at)
    select p_org_id, a.id, u.slot_at, u.slot_at + trimtab.job_jitter(a.id, u.slot_at, a.jitter_seconds), p_as_of
    from allowed a
    cross join unnest(a.slots) u (slot_at)
    on conflict on constraint job_runs_slot_key do nothing
  ), missed as (
    insert into trimtab.job_runs (
      org_id, job_id, slot_at, due_at, status, origin_key, slots, last_slot_at, completed_at, created_at)
    select p_org_id, a.id, a.first_missed, a.first_missed, 'missed', 'missed', a.missed_slots, a.last_missed, p_as_of, p_as_of
    from allowed a
    where a.missed_slots > 0
    on conflict on constraint job_runs_slot_key do nothing
  ), moved as (
    update trimtab.scheduled_jobs j
    set settled_until = a.settled,
        last_slot_at = coalesce(a.slots[cardinality(a.slots)], a.last_missed, j.last_slot_at),
        next_run_at = a.following,
        next_run_wall = a.following at time zone j.time_zone
    from allowed a
    where j.org_id = p_org_id and j.id = a.id
    returning j.id, a.has_ended and cardinality(a.slots) = 0 as has_ended
  )
  select count(*), array_agg(m.id) filter (where m.has_ended) into v_count, v_ended
  from moved m;

  -- Nothing left to run: those that have a run to come are completed by it.
  update trimtab.scheduled_jobs j
  set status = 'completed'
  where j.org_id = p_org_id
    and j.id = any (v_ended)
    and not exists (
      select from trimtab.job_runs r where r.org_id = p_org_id and r.job_id = j.id and r.status in ('due', 'running'));
  return v_count;
end
$$;
comment on function trimtab.dispatch_schedules(uuid, timestamptz, integer, uuid[]) is
  'Makes the runs of an organization''s schedules that are due (those of p_job_ids; null: all), the longest due first, at most p_limit, each by its policy of missed slots, and moves them on to their next run; one that has none left is completed. A schedule that another session moves on at this moment is left to it. One statement. Returns how many were moved on. For the system''s own functions.';
grant execute on function trimtab.dispatch_schedules(uuid, timestamptz, integer, uuid[]) to trimtab_definer;
