create or replace function trimtab.exact_run(
  p_plan trimtab.schedule_plan,
  p_time_zone text,
  p_after timestamptz,
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
  v_at timestamp := p_after at time zone p_time_zone;
  v_next timestamp;
  v_run timestamptz;
begin
  -- Local times before now may still come, by as much as the clocks change.
  v_run := trimtab.first_run_within(
    p_plan, p_time_zone, p_after, v_at - trimtab.clock_change(p_time_zone, p_after), v_at, p_on_gap, p_on_overlap);
  -- Then the next one, and those behind it that a change may bring before it; on while there is no run.
  loop
    v_next := (
      select n.local_at
      from trimtab.next_local(
        p_plan.minutes, p_plan.hours, p_plan.days, p_plan.weekdays, p_plan.is_either, p_plan.months, p_plan.every,
        p_plan.unit, p_plan.anchor, v_at
      ) n
    );
    exit when v_next is null;
    v_at := v_next + trimtab.clock_change(p_time_zone, v_next at time zone p_time_zone);
    v_run := least(v_run, trimtab.first_run_within(
      p_plan, p_time_zone, p_after, v_next - interval '1 minute', v_at, p_on_gap, p_on_overlap));
    exit when v_run is not null;
  end loop;
  return v_run;
end
$$;
comment on function trimtab.exact_run(trimtab.schedule_plan, text, timestamptz, text, text) is
  'The first run of a plan after a moment, near a change of the clocks or not: run_after() is the same and fast where no change is near.';
grant execute on function trimtab.exact_run(trimtab.schedule_plan, text, timestamptz, text, text)
  to trimtab_user, trimtab_engine, trimtab_definer;
