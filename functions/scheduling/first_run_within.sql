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
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  set plan_cache_mode to force_generic_plan
as $$
declare
  v_size constant interval := trimtab.clock_change(p_time_zone, (p_from + (p_to - p_from) / 2) at time zone p_time_zone);
begin
  return (
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
    ), runs as (
      -- PostgreSQL reads a local time that is left out with the offset before the change, which puts it later by as much,
      -- and one that comes twice as its second pass.
      select
        t.at at time zone p_time_zone as last_at,
        (t.at at time zone p_time_zone - v_size) at time zone p_time_zone = t.at and v_size > interval '0' as is_twice,
        t.at at time zone p_time_zone at time zone p_time_zone <> t.at as is_left_out
      from local_times t
    )
    select least(
      min(r.last_at) filter (where r.last_at > p_after
        and case when r.is_left_out then p_on_gap = 'shift' when r.is_twice then p_on_overlap in ('last', 'both') else true end),
      min(r.last_at - v_size) filter (where r.last_at - v_size > p_after and r.is_twice and p_on_overlap in ('first', 'both'))
    )
    from runs r
  );
end
$$;
comment on function trimtab.first_run_within(trimtab.schedule_plan, text, timestamptz, timestamp, timestamp, text, text) is
  'The first run after p_after of those whose local times are in (p_from, p_to], with what happens to local times that are left out (p_on_gap) or come twice (p_on_overlap); null when there is none.';
grant execute on function trimtab.first_run_within(trimtab.schedule_plan, text, timestamptz, timestamp, timestamp, text, text)
  to trimtab_user, trimtab_engine, trimtab_definer;
