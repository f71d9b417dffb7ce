create or replace function trimtab.run_after(
  p_plans trimtab.schedule_plan[],
  p_time_zone text,
  p_after timestamptz,
  p_on_gap text default 'shift',
  p_on_overlap text default 'first'
)
  returns table (run_at timestamptz)
  language sql
  stable
  parallel safe
  rows 1
begin atomic
  select min(
    case
      when p.unit = 'elapsed' then
        p.anchor at time zone 'UTC'
          + p.every * greatest(floor(date_part('epoch', p_after - p.anchor at time zone 'UTC') / p.every) + 1, 0) * interval '1 second'
      when n.local_at is null then null
      -- The clocks do not change from a day before now to a day after the run, or not near either.
      when r.run_at < p_after + interval '240 hours'
        and ((r.run_at + interval '24 hours') at time zone p_time_zone) - ((p_after - interval '24 hours') at time zone p_time_zone)
          = r.run_at - p_after + interval '48 hours' then r.run_at
      when ((p_after + interval '24 hours') at time zone p_time_zone) - ((p_after - interval '24 hours') at time zone p_time_zone)
          = interval '48 hours'
        and ((r.run_at + interval '24 hours') at time zone p_time_zone) - ((r.run_at - interval '24 hours') at time zone p_time_zone)
          = interval '48 hours' then r.run_at
      else trimtab.exact_run(p, p_time_zone, p_after, p_on_gap, p_on_overlap)
    end
  )
  from unnest(p_plans) p
  cross join lateral (select p_after at time zone p_time_zone as now_at offset 0) a
  cross join lateral trimtab.next_local(
    p.minutes, p.hours, p.days, p.weekdays, p.is_either, p.months, p.every, p.unit, p.anchor, a.now_at
  ) n
  cross join lateral (select n.local_at at time zone p_time_zone as run_at offset 0) r;
end;
comment on function trimtab.run_after(trimtab.schedule_plan[], text, timestamptz, text, text) is
  'next_run() for many: one row, the first run of the plans strictly after a moment, null when there is none until 2100. In FROM (cross join lateral) it becomes part of the query, which then takes microseconds a schedule. p_on_gap: shift (a local time that is left out comes later by as much) or skip; p_on_overlap: first, last or both of a local time that comes twice.';
grant execute on function trimtab.run_after(trimtab.schedule_plan[], text, timestamptz, text, text)
  to trimtab_user, trimtab_engine, trimtab_definer;
