create or replace function trimtab.is_hourly(p_plans trimtab.schedule_plan[])
  returns boolean
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select bool_and(p.unit is not distinct from 'elapsed' or p.unit is distinct from 'once' and p.hours = 16777215)
  from unnest(p_plans) p
$$;
comment on function trimtab.is_hourly(trimtab.schedule_plan[]) is
  'Whether plans follow real time: they run in every hour, or count elapsed time. Such a schedule runs in both passes of an hour that comes twice, and has nothing to catch up with when one is left out.';
grant execute on function trimtab.is_hourly(trimtab.schedule_plan[]) to trimtab_user, trimtab_engine, trimtab_definer;
