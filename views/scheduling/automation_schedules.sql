create or replace view trimtab.automation_schedules with (security_invoker = true) as
select
  j.id as schedule_id,
  j.org_id,
  j.rule_id,
  f.frequency,
  case when f.frequency = 'custom' then j.cron::text end as cron_expression,
  case
    when f.frequency = 'once' then p.anchor::time
    when f.frequency in ('daily', 'weekly', 'monthly') then make_time(h.hour, m.minute, 0)
    when f.frequency = 'hourly' then make_time(0, m.minute, 0)
  end as time_of_day,
  case when f.frequency = 'weekly' then (
    select jsonb_agg(d.day order by d.day) from generate_series(0, 6) d (day) where p.weekdays >> d.day & 1 = 1) end as days_of_week,
  case when f.frequency = 'monthly' then coalesce(
    (select d.day from generate_series(1, 31) d (day) where p.days = 1::bigint << d.day),
    case p.days when 1::bigint << 32 then 31 when 1::bigint << 34 then 29 when 1::bigint << 35 then 30 end) end as day_of_month,
  j.time_zone::text as timezone,
  coalesce(j.starts_at, case when f.frequency = 'once' then p.anchor at time zone j.time_zone end) as starts_at,
  j.ends_at,
  j.last_run_at,
  j.next_run_at,
  j.status = 'active' as enabled,
  j.created_at,
  j.updated_at,
  j.name,
  j.status,
  j.timing,
  j.last_error
from trimtab.scheduled_jobs j
left join lateral (select q.* from unnest(j.plans) q limit 1) p on true
left join lateral (select i.hour from generate_series(0, 23) i (hour) where p.hours = 1 << i.hour) h on true
left join lateral (select i.minute from generate_series(0, 59) i (minute) where p.minutes = 1::bigint << i.minute) m on true
cross join lateral (
  select case
    when p.unit = 'once' then 'once'
    when j.timing ->> 'frequency' in ('hourly', 'daily', 'weekly', 'monthly') and cardinality(j.plans) = 1 and p.unit is null
      and m.minute is not null and (h.hour is not null or j.timing ->> 'frequency' = 'hourly') then j.timing ->> 'frequency'
    else 'custom'
  end as frequency
) f
where j.rule_id is not null;
comment on view trimtab.automation_schedules is
  'Schedules of rules, under the columns of the original table: frequency is custom for all that those cannot say (timing says it), with cron_expression where it is cron. Insert, update and delete are understood and go through save_schedule(), set_schedule_status() and remove_schedule(): rule_id, frequency, cron_expression, time_of_day (hourly: its minute), days_of_week (0 is Sunday), day_of_month (31: the last), timezone, starts_at, ends_at, enabled, name. Columns that the system keeps are refused (TT032).';
grant select, insert, update, delete on trimtab.automation_schedules to trimtab_user;
grant select, insert, update, delete on trimtab.automation_schedules to trimtab_engine;
create or replace trigger write instead of insert or update or delete on trimtab.automation_schedules
  for each row execute function trimtab.write_automation_schedule();
