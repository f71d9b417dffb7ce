begin;
select plan(22);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.with_jobs();
select test.act_as(:'manager');
select trimtab.save_schedule('{"name": "fails", "job": "test", "arguments": {"fail": "P0042"}, "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC", "pause_after_failures": 2}') as fails \gset
select trimtab.save_schedule('{"name": "works", "job": "test", "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC"}') as works \gset
select trimtab.save_schedule('{"name": "passes", "job": "test", "arguments": {"answer": {"status": "skipped", "reason": "no need"}}, "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC", "max_runs": 2}') as passes \gset
select trimtab.save_schedule('{"name": "says so", "job": "test", "arguments": {"answer": {"status": "failure", "error_message": "half of it"}}, "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC"}') as says \gset
select trimtab.save_schedule('{"name": "waits", "job": "test", "arguments": {"fail": "55P03"}, "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC"}') as waits \gset
select test.reset();
select test.tick(:'acme', '2026-03-20 13:00+00');
select results_eq($$select j.name, r.status, r.error_code, r.error_message, r.attempts from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id order by 1$$, $$values
  ('fails', 'failure', 'P0042', 'it does not work', 1), ('passes', 'skipped', null, null, 0), ('says so', 'failure', null, 'half of it', 1),
  ('waits', 'due', '55P03', 'it does not work', 1), ('works', 'success', null, null, 1)$$, 'one that fails costs the others nothing');
select results_eq($$select name, run_count, failure_count, consecutive_failures, last_error from trimtab.scheduled_jobs order by 1$$, $$values
  ('fails', 1::bigint, 1::bigint, 1, 'it does not work'), ('passes', 0, 0, 0, null), ('says so', 1, 1, 1, 'half of it'), ('waits', 0, 0, 0, null), ('works', 1, 0, 0, null)$$,
  'a failure counts as one, skipped as nothing');
select is((select count(*) from test.jobs_done), 3::bigint, 'what a failed one wrote is undone');
select is((select array_agg(payload ->> 'name' order by payload ->> 'name' collate "C") from trimtab.events where type = 'schedule.run_failed'), '{fails,"says so"}'::text[], 'and told');
select is((select due_at from trimtab.job_runs where job_id = :'waits'), '2026-03-20 13:01+00', 'a lock is waited for');
select test.tick(:'acme', '2026-03-20 13:01+00'); select test.tick(:'acme', '2026-03-20 13:02+00'); select test.tick(:'acme', '2026-03-20 13:03+00');
select is((select status from trimtab.job_runs where job_id = :'waits'), 'due', 'and waited for');
select test.tick(:'acme', '2026-03-20 13:04+00');
select results_eq(format('select status, attempts from trimtab.job_runs where job_id = %L', :'waits'), $$values ('failure', 5)$$, 'five times');
select test.tick(:'acme', '2026-03-20 14:00+00');
select results_eq(format('select status, consecutive_failures, next_run_at from trimtab.scheduled_jobs where id = %L', :'fails'), $$values ('failed', 2, null::timestamptz)$$, 'the second failure in a row stops it');
select results_eq($$select payload ->> 'name', payload ->> 'consecutive_failures', payload ->> 'error_code' from trimtab.events where type = 'schedule.paused'$$, $$values ('fails', '2', 'P0042')$$, 'with an event');
select is((select count(*) from trimtab.events where type = 'schedule.run_failed' and payload ->> 'name' = 'fails'), 1::bigint, 'that it fails again is not told again');
select is(trimtab.schema_faults(t.payload_schema, e.payload, 'payload'), '{}', 'the event is as the catalogue says') from trimtab.events e join trimtab.event_types t on t.type = e.type where e.type = 'schedule.paused';
select test.act_as(:'manager');
select is(trimtab.set_schedule_status(:'fails', 'active'), '2026-03-20 15:00+00', 'a person lets it go on, from now');
select is((select consecutive_failures from trimtab.scheduled_jobs where id = :'fails'), 0, 'and its failures count from nothing');
select is(trimtab.run_schedule_now(:'fails') - 'run_id', '{"status": "failure", "error_code": "P0042", "error_message": "it does not work"}', 'by hand it fails, too, and says so');
select test.reset();
select is((select count(*) from trimtab.scheduled_jobs where name = 'passes' and status = 'active'), 1::bigint, 'what passes does not use up its runs');
-- A zone that is no more: it stops, and holds up nobody.
set local session_replication_role = replica;
alter domain trimtab.time_zone_name drop constraint time_zone_name_is_iana;
update trimtab.scheduled_jobs set time_zone = 'Mars/Olympus' where name = 'says so';
set local session_replication_role = origin;
update trimtab.job_runs set status = 'skipped', completed_at = due_at where status = 'due';
select is(trimtab.tick_schedules(:'acme', '2026-03-20 15:00+00', 100), 5, 'what cannot be computed is counted as well');
select results_eq($$select name, status, last_error from trimtab.scheduled_jobs where status = 'failed'$$, $$values ('says so', 'failed', 'time zone "Mars/Olympus" not recognized')$$, 'stopped');
select is((select count(*) from trimtab.job_runs where slot_at = '2026-03-20 15:00+00'), 4::bigint, 'and the others run');
select is((select count(*) from trimtab.organizations_with_due_schedules('2026-03-20 15:00+00')), 0::bigint, 'nothing is left behind');
-- What another session wrote meanwhile (40001) is tried again like a lock, and costs the others nothing.
select test.act_as(:'manager');
select trimtab.save_schedule('{"name": "collides", "job": "test", "arguments": {"fail": "40001"}, "timing": {"frequency": "cron", "cron": "0 16 * * *"}, "time_zone": "UTC"}') as collides \gset
select test.reset();
select test.tick(:'acme', '2026-03-20 16:00+00');
select results_eq(format('select status, error_code, attempts from trimtab.job_runs where job_id = %L', :'collides'), $$values ('due', '40001', 1)$$, 'a collision is tried again');
select is((select status from trimtab.job_runs where job_id = :'works' and slot_at = '2026-03-20 16:00+00'), 'success', 'and the others run');
-- After the caller's deadline none is begun.
select test.clock_at('2026-03-20 17:00+00');
select test.act_as_engine(:'acme');
select trimtab.tick_schedules(:'acme', '2026-03-20 17:00+00', 100);
select trimtab.set_deadline('test', trimtab.stopwatch() - interval '1 second');
select is(trimtab.tick_job_runs(:'acme', '2026-03-20 17:00+00', 100), 1, 'beyond the deadline no further run is begun');
select test.reset();
select * from finish();
rollback;
