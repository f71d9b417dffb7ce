create or replace function trimtab.exact_run(
  p_plan trimtab.schedule_plan,
  p_time_zone text,
  p_after timestamptz,
  p_on_gap text,
  p_on_overlap text
)
  returns timestamptz
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  with recursive stretches (step, last_at, best_at) as (
    -- Local times before now may still come, by as much as the clocks change.
    select 0, a.now_at, trimtab.first_run_within(
      p_plan, p_time_zone, p_after, a.now_at - trimtab.clock_change(p_time_zone, p_after), a.now_at, p_on_gap, p_on_overlap)
    from (select p_after at time zone p_time_zone as now_at) a
    union all
    -- Then the next one, and those behind it that a change may bring before it; on while there is no run.
    select
      s.step + 1, w.last_at,
      least(s.best_at, trimtab.first_run_within(
        p_plan, p_time_zone, p_after, n.local_at - interval '1 minute', w.last_at, p_on_gap, p_on_overlap))
    from stretches s
    cross join lateral trimtab.next_local(
      p_plan.minutes, p_plan.hours, p_plan.days, p_plan.weekdays, p_plan.is_either, p_plan.months, p_plan.every,
      p_plan.unit, p_plan.anchor, s.last_at
    ) n
    cross join lateral (
      select n.local_at + trimtab.clock_change(p_time_zone, n.local_at at time zone p_time_zone) as last_at
    ) w
    where n.local_at is not null
      and (s.step = 0 or s.best_at is null)
  )
  select min(s.best_at) from stretches s
$$;
comment on function trimtab.exact_run(trimtab.schedule_plan, text, timestamptz, text, text) is
  'The first run of a plan after a moment, near a change of the clocks or not: run_after() is the same and fast where no change is near.';
grant execute on function trimtab.exact_run(trimtab.schedule_plan, text, timestamptz, text, text)
  to trimtab_user, trimtab_engine, trimtab_definer;
