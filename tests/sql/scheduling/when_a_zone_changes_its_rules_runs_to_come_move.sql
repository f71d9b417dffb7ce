begin;
select plan(8);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.with_jobs();
select test.act_as(:'manager');
select trimtab.save_schedule(jsonb_build_object('name', z, 'job', 'test', 'timing', '{"frequency": "cron", "cron": "0 9 * * *"}'::jsonb, 'time_zone', z))
from unnest('{Europe/Berlin,Asia/Tokyo,America/New_York}'::text[]) z;
select test.reset();
-- As if Berlin had been an hour further east, and New York an hour further west, when they were computed.
update trimtab.scheduled_jobs set next_run_at = next_run_at - interval '1 hour' where name = 'Europe/Berlin';
update trimtab.scheduled_jobs set next_run_at = next_run_at + interval '1 hour' where name = 'America/New_York';
select is((select count(*) from trimtab.scheduled_jobs where next_run_wall <> next_run_at at time zone time_zone), 2::bigint, 'two are at another time now');
savepoint before;
update trimtab.scheduled_jobs set time_zone = lower(time_zone);
select is(trimtab.tick_rezone(trimtab.clock(), 100), 2, 'however the zone is written');
rollback to before;
select is(trimtab.tick_rezone(trimtab.clock(), 100), 2, 'they are found');
select is(trimtab.tick_rezone(trimtab.clock(), 100), 0, 'once');
select results_eq($$select name, next_run_at, next_run_wall from trimtab.scheduled_jobs order by 1$$, $$values
  ('America/New_York', timestamptz '2026-03-20 13:00+00', timestamp '2026-03-20 09:00'), ('Asia/Tokyo', '2026-03-21 00:00+00', '2026-03-21 09:00'),
  ('Europe/Berlin', '2026-03-21 08:00+00', '2026-03-21 09:00')$$, 'and run at nine again');
rollback to before;
select trimtab.tick_schedules(:'acme', '2026-03-21 07:00+00', 100);
select is((select count(*) from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id where j.name = 'Europe/Berlin'), 0::bigint,
  'one that comes due before it was moved is no slot');
select is((select next_run_at from trimtab.scheduled_jobs where name = 'Europe/Berlin'), '2026-03-21 08:00+00', 'but moved');
select is(trimtab.tick_schedules(:'acme', '2026-03-21 08:00+00', 100), 2, 'and runs then, like the one that should have run before');
select * from finish();
rollback;
