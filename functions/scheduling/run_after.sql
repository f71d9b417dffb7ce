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
      when r.unit = 'elapsed' then
        r.anchor at time zone 'UTC'
          + r.every * greatest(floor(date_part('epoch', p_after - r.anchor at time zone 'UTC') / r.every) + 1, 0) * interval '1 second'
      -- What was to run once may have its second pass before it.
      when r.run_at is null and r.unit is distinct from 'once' then null
      when r.shift = interval '0' then r.run_at
      -- The clocks do not change near now, nor near the run: not within as much as they change, or a day where it is far.
      when ((p_after + greatest(r.shift, -r.shift)) at time zone p_time_zone)
          - ((p_after - greatest(r.shift, -r.shift)) at time zone p_time_zone) = 2 * greatest(r.shift, -r.shift)
        and ((r.run_at + greatest(r.shift, -r.shift)) at time zone p_time_zone)
          - ((r.run_at - greatest(r.shift, -r.shift)) at time zone p_time_zone) = 2 * greatest(r.shift, -r.shift) then r.run_at
      else trimtab.exact_run(
        row(r.minutes, r.hours, r.days, r.weekdays, r.is_either, r.months, r.every, r.unit, r.anchor)::trimtab.schedule_plan,
        p_time_zone, p_after, p_on_gap, p_on_overlap)
    end
  )
  from (
    select
      l.*,
      -- By how much the clocks change from a day before now to a day after the run.
      case when l.run_at < p_after + interval '240 hours' then
        ((l.run_at + interval '24 hours') at time zone p_time_zone) - ((p_after - interval '24 hours') at time zone p_time_zone)
          - (l.run_at - p_after) - interval '48 hours'
        else interval '24 hours'
      end as shift
    from (
      select
        p.minutes, p.hours, p.days, p.weekdays, p.is_either, p.months, p.every, p.unit, p.anchor,
        n.local_at at time zone p_time_zone as run_at
      from unnest(p_plans) p
      cross join lateral trimtab.next_local(
        p.minutes, p.hours, p.days, p.weekdays, p.is_either, p.months, p.every, p.unit, p.anchor,
        p_after at time zone p_time_zone
      ) n
      offset 0
    ) l
    offset 0
  ) r;
end;
comment on function trimtab.run_after(trimtab.schedule_plan[], text, timestamptz, text, text) is
  'next_run() for many: one row, the first run of the plans strictly after a moment, null when there is none until 2100. In FROM (cross join lateral) it becomes part of the query, which then takes microseconds a schedule. p_on_gap: shift (a local time that is left out comes later by as much) or skip; p_on_overlap: first, last or both of a local time that comes twice.';
grant execute on function trimtab.run_after(trimtab.schedule_plan[], text, timestamptz, text, text)
  to trimtab_user, trimtab_engine, trimtab_definer;
