-- What repeats, and the months in which it does.
set local lock_timeout = '5s';

create type trimtab.schedule_plan as (
  minutes bigint,
  hours integer,
  days bigint,
  weekdays bigint,
  is_either boolean,
  months integer,
  every integer,
  unit text,
  anchor timestamp
);
comment on type trimtab.schedule_plan is
  'What repeats, as bits: minutes 0-59 (bit 0 is minute 0), hours 0-23, months (bit 0 is January). days: bits 1-31, 32 the last day of the month, 33 its last working day (Monday to Friday), 34 and 35 the 29th and the 30th or the last day of a shorter month. weekdays: bits 0-6 (0 is Sunday), 7 + 7 (n - 1) + weekday its nth in the month, 42 + weekday its last. is_either: a day of days or of weekdays is enough, otherwise it is of both. every, unit, anchor: only each nth day, week (from Monday), month or year, counted from that of the anchor (local time); elapsed: every n seconds from the anchor (UTC), bits play no part; once: at the anchor (local time). No unit: no such restriction.';

-- The repeatable of the same name is the parser; until it is loaded nothing passes.
create function trimtab.is_cron_expression(p_expression text)
  returns boolean
  language sql
  immutable
  parallel safe
  set search_path to pg_catalog, pg_temp
as $$
  select p_expression is null
$$;

create domain trimtab.cron_expression as text
  constraint cron_expression_can_be_run check (trimtab.is_cron_expression(value));
comment on domain trimtab.cron_expression is
  'When something runs, in the five fields of cron: minute, hour, day of month, month, day of week, or @daily and the like.';

create table trimtab.calendar_months (
  month date not null,
  number integer not null,
  month_bit integer not null,
  length integer not null,
  days bigint not null,
  first_weekday integer not null,
  low_nths bigint not null,
  last_weekdays integer not null,
  last_working_day bigint not null,
  constraint calendar_months_pkey primary key (month)
);
comment on table trimtab.calendar_months is
  'Reference: the months from 1970 to 2100, with what trimtab.month_days() needs to tell the days of a plan in them. Sets of days have the bits 1-31.';
comment on column trimtab.calendar_months.month is 'Its first day.';
comment on column trimtab.calendar_months.number is 'Months since the year 0.';
comment on column trimtab.calendar_months.month_bit is 'As in schedule_plan.months.';
comment on column trimtab.calendar_months.length is 'Days of the month.';
comment on column trimtab.calendar_months.days is 'All of them.';
comment on column trimtab.calendar_months.first_weekday is 'Weekday of the first, 0 is Sunday.';
comment on column trimtab.calendar_months.low_nths is
  'In five groups of seven bits, a week from the first on each: the days before its first Sunday, for the weekdays turned round to the first.';
comment on column trimtab.calendar_months.last_weekdays is 'Weekday of the first of the last seven days.';
comment on column trimtab.calendar_months.last_working_day is 'The last day from Monday to Friday, a set of one.';

insert into trimtab.calendar_months (
  month, number, month_bit, length, days, first_weekday, low_nths, last_weekdays, last_working_day
)
select
  m.month, 12 * m.year + m.number - 1, 1 << (m.number - 1), m.length, (2::bigint << m.length) - 2, m.first_weekday,
  -- 1, and its copies by 7, 14, 21 and 28 bits
  ((1 << (7 - m.first_weekday)) - 1) * 270549121::bigint, (m.first_weekday + m.length) % 7,
  1::bigint << (m.length - case (m.first_weekday + m.length - 1) % 7 when 0 then 2 when 6 then 1 else 0 end)
from (
  select
    d.day::date as month,
    extract(year from d.day)::integer as year,
    extract(month from d.day)::integer as number,
    extract(dow from d.day)::integer as first_weekday,
    extract(day from d.day + interval '1 month' - interval '1 day')::integer as length
  from generate_series(timestamp '1970-01-01', timestamp '2100-12-01', interval '1 month') d (day)
) m;
