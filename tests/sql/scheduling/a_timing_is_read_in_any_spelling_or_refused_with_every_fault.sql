begin;
set local search_path to trimtab, public;
select plan(43);

-- The older spellings mean the same ---------------------------------------------------------------------------------------
select is((read_timing(older)).timing, (read_timing(ours)).timing, older::text)
from (
  values
    ('{"frequency": "custom", "cron_expression": "0 9 * * 1"}'::jsonb, '{"frequency": "cron", "cron": "0 9 * * 1"}'::jsonb),
    ('{"schedule_type": "cron", "cron_expression": " 0 9 * * 1 "}', '{"frequency": "cron", "cron": "0 9 * * 1"}'),
    ('{"cron": "0 9 * * 1"}', '{"frequency": "cron", "cron": "0 9 * * 1"}'),
    ('{"frequency": "Daily", "time_of_day": "09:00:00", "day_of_month": null, "days_of_week": []}', '{"frequency": "daily", "at": "09:00"}'),
    ('{"frequency": "weekly", "days_of_week": ["1", "friday"], "time_of_day": "9:00"}', '{"frequency": "weekly", "days_of_week": [1, 5], "at": ["09:00"]}'),
    ('{"frequency": "monthly", "day_of_month": "-1"}', '{"frequency": "monthly", "day_of_month": "last"}'),
    ('{"schedule_type": "once", "run_at": "2026-12-01T09:00"}', '{"frequency": "once", "at": "2026-12-01 09:00"}'),
    ('{"schedule_type": "recurring", "recurrence_config": {"interval": 15, "unit": "minutes"}}', '{"frequency": "interval", "every": {"minutes": 15}}'),
    ('{"schedule_type": "recurring", "recurrence_config": {"frequency": "daily", "interval": 2, "time": "08:00"}}', '{"frequency": "daily", "every": {"days": 2}, "at": "08:00"}'),
    ('{"frequency": "hourly", "interval": 6}', '{"frequency": "interval", "every": {"hours": 6}}'),
    ('{"frequency": "recurring", "every": {"day": 3}, "start_date": "2026-01-01"}', '{"frequency": "interval", "every": {"days": 3}, "starts_at": "2026-01-01 00:00"}')
) s (older, ours);
select is(
  (read_timing(t)).timing, (read_timing((read_timing(t)).timing)).timing, 'what is stored is read as it is: ' || (t ->> 'frequency'))
from unnest(array[
  '{"frequency": "monthly", "nth_weekday": [{"nth": -1, "weekday": "fri"}], "at": ["18:00", "09:00"]}',
  '{"frequency": "relative", "event": "Campaign.Created", "after": {"hour": 4}}',
  '{"frequency": "hourly", "minute": [0, 30]}'
]::jsonb[]) t;

-- Plans ---------------------------------------------------------------------------------------------------------------------
select is(cardinality(timing_plans('{"frequency": "daily", "at": ["09:00", "14:00", "18:30"]}')), 2, 'times with the same minute share a plan');
select is(timing_plans('{"frequency": "relative", "event": "purchase", "after": {"hours": 4}}'), '{}', 'what follows an event has no plan of its own');
select is((timing_plans('{"frequency": "weekly", "starts_at": "2026-01-07"}'))[1].weekdays, 8::bigint, 'a week''s day may be that of the start');
select is(timing_plans('{"frequency": "weekly", "days_of_week": [1], "at": "09:00"}'), array[cron_plan('0 9 * * 1')], 'the same as in cron');
select is(timing_plans('{"cron": "@daily"}'), array[cron_plan('0 0 * * *')], 'and cron itself');
select ok(is_hourly(timing_plans('{"frequency": "hourly"}')), 'every hour follows real time');
select ok(is_hourly(timing_plans('{"frequency": "interval", "every": {"minutes": 90}}')), 'and so does elapsed time');
select ok(not is_hourly(timing_plans('{"frequency": "daily"}')), 'a time of day does not');

-- Faults --------------------------------------------------------------------------------------------------------------------
select is(
  timing_faults('{"frequency": "daily", "at": ["25:00", "09:00"], "every": {"weeks": 1}, "colour": 1}', 'schedule'),
  array[
    'schedule.at[0]: found "25:00", allowed: a time such as 09:00.',
    'schedule.colour: not known with daily, allowed: at, days_of_week, months, every, starts_at.',
    'schedule.every: found {"weeks": 1}, allowed: days, a whole number from 1, such as {"days": 2}.'
  ],
  'all at once, with the path');
select isnt(timing_faults(t::jsonb), '{}', t || ' is refused')
from unnest(array[
  '[]', '{}', '{"frequency": "fortnightly"}', '{"frequency": "weekly"}', '{"frequency": "once"}', '{"frequency": "interval"}',
  '{"frequency": "once", "at": "2026-02-30"}', '{"frequency": "monthly", "day_of_month": 32}', '{"frequency": "monthly", "day_of_month": 0}',
  '{"frequency": "weekly", "days_of_week": [7]}', '{"frequency": "weekly", "days_of_week": [1, "mun"]}',
  '{"frequency": "monthly", "nth_weekday": {"nth": 6, "weekday": 1}}', '{"frequency": "interval", "every": {"minutes": 0}}',
  '{"frequency": "interval", "every": {"minutes": 5, "hours": 1}}', '{"frequency": "interval", "every": {"hours": 5}, "at": "09:00"}',
  '{"frequency": "relative", "event": "purchase"}', '{"frequency": "relative", "event": "purchase", "after": {"months": 1}}',
  '{"frequency": "cron", "cron": "0 99 * * *"}', '{"frequency": "daily", "at": "09:00", "time_of_day": "10:00"}'
]) t;
select throws_ok($$select timing_plans('{"frequency": "daily", "at": "9"}')$$, 'TT071', null, 'timing_plans() raises');

select * from finish();
rollback;
