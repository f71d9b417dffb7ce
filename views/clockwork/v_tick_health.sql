create or replace view trimtab.v_tick_health with (security_invoker = true) as
select
  p.part,
  p.lane,
  p.every_seconds,
  t.last_started_at,
  t.last_finished_at,
  extract(epoch from trimtab.clock() - t.last_finished_at)::integer as lag_seconds,
  t.last_duration_ms,
  t.last_done_at,
  coalesce(t.done, 0) as done,
  coalesce(t.runs, 0) as runs,
  coalesce(t.failures, 0) as failures,
  coalesce(t.overruns, 0) as overruns,
  coalesce(t.organizations_left, 0) as organizations_left,
  coalesce(u.failing, 0) as organizations_failing,
  coalesce(u.flooded, 0) as organizations_flooded,
  t.error_code,
  t.error_message,
  t.error_at,
  -- A beat of pg_cron's, and what the part itself and those of its lane may take.
  coalesce(t.last_finished_at < trimtab.clock() - (greatest(p.every_seconds, 60) + 120 + p.lane_seconds) * interval '1 second', true) as is_late
from (
  select p.*, sum(greatest(p.part_seconds, p.organization_seconds)) over (partition by p.lane) as lane_seconds
  from trimtab.tick_plan() p
) p
left join trimtab.tick_parts t on t.part = p.part
left join (
  select u.part, count(*) filter (where u.failures > 0) as failing, count(*) filter (where u.is_flooded) as flooded
  from trimtab.tick_units u
  where u.failures > 0 or u.is_flooded
  group by u.part
) u on u.part = p.part
order by p.lane, p.place, p.part;
comment on view trimtab.v_tick_health is
  'How each part of the tick goes: when it last began and ended, lag_seconds since its end, last_duration_ms, items done since the first tick, failures (57014 in error_code and overruns: stopped at its deadline), organizations_left without time in the last run, organizations that fail now or have more waiting than there is time for (of those that you may see). is_late: not finished for two minutes more than its lane may take, or never.';
grant select on trimtab.v_tick_health to trimtab_user, trimtab_engine;
