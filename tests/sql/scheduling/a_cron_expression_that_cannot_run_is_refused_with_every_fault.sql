begin;
set local search_path to trimtab, public;
select plan(39);

create function pg_temp.faults_of(p_expression text) returns text[] language sql as $$
  select (trimtab.read_cron(p_expression)).faults
$$;

create function pg_temp.hint_of(p_expression text) returns text language plpgsql as $$
declare
  v_hint text;
begin
  perform trimtab.cron_plan(p_expression);
  return null;
exception when others then
  get stacked diagnostics v_hint = pg_exception_hint;
  return v_hint;
end
$$;

-- Every field at once ---------------------------------------------------------------------------------------------------
select is(cardinality(pg_temp.faults_of('61 25 0 13 8')), 5, 'each field has its fault');
select throws_matching($$select cron_plan('61 9 * * mun')$$, 'cannot be run', 'cron_plan() raises');
select throws_ok($$select cron_plan('61 9 * * mun')$$, 'TT070', null, 'with its code');
select matches(pg_temp.hint_of('often'), 'for example 0 9 \* \* mon', 'it says how to write one');
select matches(pg_temp.hint_of(' {"frequency": "daily"}'), 'write ::jsonb behind it', 'and how to write a timing');
select is(
  pg_temp.faults_of('61 9 * * mun'),
  array[
    'cron, minute: found 61, allowed: 0-59, *, ranges (a-b), steps (*/n, a-b/n), several with commas.',
    'cron, day of week: found mun, allowed: 0-7 or sun-sat (0 and 7 are Sunday), 5#2 (the second Friday, up to 5), 5L (the last), *, ranges (a-b), steps (*/n, a-b/n), several with commas.'
  ],
  'a fault tells the field, what was found, what is allowed');
select is(
  pg_temp.faults_of('0 22-2 * * *'), array['cron, hour: found 22-2, allowed: ranges from small to great, as in 22-23,0-2.'],
  'a range backwards is told how to be written');
select is(pg_temp.faults_of('*/90 * * * *'), array['cron, minute: found */90, allowed: a step of 1 to 59.'], 'and a step beyond the field');
select is(pg_temp.faults_of('0 0 30 2 *'), array['cron, day of month: found 30 in month 2, allowed: a day that comes.'], 'no 30 February');
select is(pg_temp.faults_of('0 0 31 4,6,9,11 *'), array['cron, day of month: found 31 in month 4,6,9,11, allowed: a day that comes.'], 'nor a 31 April');
select is(pg_temp.faults_of('0 0 30 2 mon'), '{}', 'but Mondays in February come, whatever the day');
select is(pg_temp.faults_of('0 0 29 2 *'), '{}', 'and 29 February comes');
select is(pg_temp.faults_of('* * * *'), array['cron: found 4 fields, allowed: five fields: minute, hour, day of month, month, day of week.'], 'four fields');
select is(pg_temp.faults_of('* * * * * *'), array['cron: found 6 fields, allowed: five fields: minute, hour, day of month, month, day of week.'], 'six fields');
select is(pg_temp.faults_of(' '), array['cron: found nothing, allowed: five fields: minute, hour, day of month, month, day of week.'], 'none');
select is(
  pg_temp.faults_of('@fortnightly'),
  array['cron: found @fortnightly, allowed: five fields or @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually.'],
  'an unknown nickname');
select isnt(pg_temp.faults_of(e), '{}', format('%s is refused', e))
from unnest(array['0 0 L/2 * *', '0 0 * * 5-6L', '0 0 * * fri#6', '0 0 * * L', '0,,1 0 * * *', '1- 0 * * *', '*-5 0 * * *', '0/0 0 * * *', '-1 0 * * *']) e;

-- What is read ------------------------------------------------------------------------------------------------------------
select is(cron_plan('0 0 * * SUN'), cron_plan('0 0 * * 7'), 'names in any case; 7 is Sunday');
select is(cron_plan('0 0 * * fri-sun'), cron_plan('0 0 * * 5-7'), 'a week may end with Sunday');
select is((cron_plan('0 0 * * sun-sun')).weekdays, 1::bigint, 'and Sunday to Sunday is Sunday');
select is((cron_plan('0 0 5-5/2 * *')).days, 32::bigint, 'a range of one with a step is that one');
select is((cron_plan('5/20 0 * * *')).minutes, (1::bigint << 5) | (1::bigint << 25) | (1::bigint << 45), 'a value with a step counts on from there');
select is(cron_plan('@daily'), cron_plan('0 0 * * *'), 'nicknames');
select ok((cron_plan('0 0 1 * mon')).is_either, 'a day of either field is enough');
select ok(not (cron_plan('0 0 */2 * mon')).is_either, 'but not where one begins with *');

-- A bad one cannot be stored ----------------------------------------------------------------------------------------------
create temp table jobs (cron trimtab.cron_expression);
select lives_ok($$insert into jobs values ('0 9 * * 1'), (null), ('@hourly')$$, 'good ones are stored');
select throws_ok($$insert into jobs values ('0 9 * * 9')$$, 'TT070', null, 'a bad one is not');
select throws_ok($$update jobs set cron = 'often'$$, 'TT070', null, 'nor put in its place');
select is((select count(*) from jobs), 3::bigint, 'and nothing of it stays');
select throws_ok($$select next_run('0 9 * * 1', 'Mars/Olympus')$$, 'TT072', null, 'there is no such time zone');
select throws_ok($$select next_run('0 9 * * 1', 'UTC', clock(), 'often')$$, 'TT072', null, 'and no such policy');

select * from finish();
rollback;
