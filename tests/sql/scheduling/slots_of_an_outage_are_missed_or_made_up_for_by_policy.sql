begin;
select plan(9);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.with_jobs();
select test.act_as(:'manager');
select trimtab.save_schedule(jsonb_build_object('name', m || ' ' || w, 'job', 'test', 'timing', '{"frequency": "cron", "cron": "*/10 * * * *"}'::jsonb, 'time_zone', 'UTC', 'missed', m, 'catchup_window', w))
from (values ('skip', '1 day'), ('last', '1 day'), ('last', '2 minutes'), ('all', '1 hour'), ('all', '1 day')) p (m, w);
select trimtab.save_schedule('{"name": "each minute", "job": "test", "timing": {"frequency": "cron", "cron": "* * * * *"}, "time_zone": "UTC"}');
select test.reset();
-- Three hours and three minutes of outage.
select test.tick(:'acme', '2026-03-20 15:03+00');
create view pg_temp.outcome as
select j.name, count(*) filter (where r.status = 'success') as runs, min(r.slot_at) filter (where r.status = 'success') as first_run,
       max(r.slot_at) filter (where r.status = 'success') as last_run,
       sum(r.slots) filter (where r.status = 'missed') as missed, min(r.slot_at) filter (where r.status = 'missed') as first_missed, max(r.last_slot_at) as last_missed
from trimtab.scheduled_jobs j left join trimtab.job_runs r on r.org_id = j.org_id and r.job_id = j.id group by j.name;
select results_eq($$select * from pg_temp.outcome order by name collate "C"$$, $$values
  ('all 1 day', 18::bigint, timestamptz '2026-03-20 12:10+00', timestamptz '2026-03-20 15:00+00', null::bigint, null::timestamptz, null::timestamptz),
  ('all 1 hour', 6, '2026-03-20 14:10+00', '2026-03-20 15:00+00', 12, '2026-03-20 12:10+00', '2026-03-20 14:00+00'),
  ('each minute', 1, '2026-03-20 15:03+00', '2026-03-20 15:03+00', 182, '2026-03-20 12:01+00', '2026-03-20 15:02+00'),
  ('last 1 day', 1, '2026-03-20 15:00+00', '2026-03-20 15:00+00', 17, '2026-03-20 12:10+00', '2026-03-20 14:50+00'),
  ('last 2 minutes', 0, null, null, 18, '2026-03-20 12:10+00', '2026-03-20 15:00+00'),
  ('skip 1 day', 1, '2026-03-20 15:00+00', '2026-03-20 15:00+00', 17, '2026-03-20 12:10+00', '2026-03-20 14:50+00')$$, 'each by its policy, and what was missed is known');
select is((select array_agg(distinct next_run_at) from trimtab.scheduled_jobs where name <> 'each minute'), array['2026-03-20 15:10+00'::timestamptz], 'all of them move on');
select is((select array_agg(context ->> 'slot_at' order by number) from test.jobs_done where context ->> 'schedule_name' = 'all 1 hour'),
  '{2026-03-20T14:10:00+00:00,2026-03-20T14:20:00+00:00,2026-03-20T14:30:00+00:00,2026-03-20T14:40:00+00:00,2026-03-20T14:50:00+00:00,2026-03-20T15:00:00+00:00}', 'oldest first');
select test.tick(:'acme', '2026-03-20 15:16+00');
select is((select r.status from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id where j.name = 'skip 1 day' and slot_at = '2026-03-20 15:10+00'), 'missed', 'skip lets a slot go after five minutes');
select is((select r.status from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id where j.name = 'last 1 day' and slot_at = '2026-03-20 15:10+00'), 'success', 'last does not');
-- A month.
select test.clock_at('2026-04-20 12:00:30+00');
select lives_ok(format('select trimtab.tick_schedules(%L, %L, 1000)', :'acme', '2026-04-20 12:00:30+00'), 'after a month');
select results_eq($$select r.slots, r.slot_at, r.last_slot_at from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id where j.name = 'each minute' and r.status = 'missed' and r.created_at = '2026-04-20 12:00:30+00'$$,
  $$values (1000, timestamptz '2026-03-20 15:17+00', timestamptz '2026-04-20 11:59+00')$$, 'missed slots are counted to a thousand, but known to the last');
select results_eq($$select count(*), min(slot_at), max(slot_at) from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id where j.name = 'all 1 day' and r.status = 'due'$$,
  $$values (100::bigint, timestamptz '2026-04-19 12:10+00', timestamptz '2026-04-20 04:40+00')$$, 'many are made up for by the hundred');
select trimtab.tick_schedules(:'acme', '2026-04-20 12:00:30+00', 1000);
select results_eq($$select count(*), max(slot_at) from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id where j.name = 'all 1 day' and r.status = 'due'$$,
  $$values (144::bigint, timestamptz '2026-04-20 12:00+00')$$, 'until all are there');
select * from finish();
rollback;
