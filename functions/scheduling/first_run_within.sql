create or replace function trimtab.first_run_within(
  p_plan trimtab.schedule_plan,
  p_time_zone text,
  p_after timestamptz,
  p_from timestamp,
  p_to timestamp,
  p_on_gap text,
  p_on_overlap text
)
  returns timestamptz
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  with recursive local_times (at) as (
    select n.local_at
    from trimtab.next_local(
      p_plan.minutes, p_plan.hours, p_plan.days, p_plan.weekdays, p_plan.is_either, p_plan.months, p_plan.every,
      p_plan.unit, p_plan.anchor, p_from
    ) n
    where n.local_at <= p_to
    union all
    select n.local_at
    from local_times t
    cross join lateral trimtab.next_local(
      p_plan.minutes, p_plan.hours, p_plan.days, p_plan.weekdays, p_plan.is_either, p_plan.months, p_plan.every,
      p_plan.unit, p_plan.anchor, t.at
    ) n
    where n.local_at <= p_to
  ), passes as (
    -- PostgreSQL reads a local time that is left out with the offset before the change, which puts it later by as much,
    -- and one that comes twice as its second pass.
    select t.at, t.at at time zone p_time_zone as second_at, c.size
    from local_times t
    cross join lateral trimtab.clock_change(p_time_zone, t.at at time zone p_time_zone) c (size)
  ), runs as (
    select case when p_on_gap = 'shift' or p.second_at at time zone p_time_zone = p.at then p.second_at end as run_at
    from passes p
    where p_on_overlap in ('last', 'both') or (p.second_at - p.size) at time zone p_time_zone <> p.at or p.size = interval '0'
    union all
    select p.second_at - p.size
    from passes p
    where p_on_overlap in ('first', 'both') and (p.second_at - p.size) at time zone p_time_zone = p.at
  )
  select min(r.run_at) from runs r where r.run_at > p_after
$$;
comment on function trimtab.first_run_within(trimtab.schedule_plan, text, timestamptz, timestamp, timestamp, text, text) is
  'The first run after p_after of those whose local times are in (p_from, p_to], with what happens to local times that are left out (p_on_gap) or come twice (p_on_overlap); null when there is none.';
grant execute on function trimtab.first_run_within(trimtab.schedule_plan, text, timestamptz, timestamp, timestamp, text, text)
  to trimtab_user, trimtab_engine, trimtab_definer;
