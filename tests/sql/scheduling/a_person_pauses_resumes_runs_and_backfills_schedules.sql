begin;
select plan(23);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.with_jobs();
select test.act_as(:'manager');
select trimtab.save_schedule('{"name": "hourly", "job": "test", "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC"}') as hourly \gset
select is(trimtab.set_schedule_status(:'hourly', 'paused'), null, 'paused it has no next run');
select test.reset();
select is(test.tick(:'acme', '2026-03-20 15:00+00'), 0, 'and does not run');
select test.act_as(:'manager');
select is(trimtab.set_schedule_status(:'hourly', 'active'), '2026-03-20 16:00+00', 'resumed it goes on from now');
select is(trimtab.set_schedule_status(:'hourly', 'active'), '2026-03-20 16:00+00', 'resumed again it is as it was');
select throws_ok(format('select trimtab.set_schedule_status(%L, ''failed'')', :'hourly'), 'TT073', null, 'other statuses come by themselves');
select test.reset();
select is((select count(*) from trimtab.job_runs), 0::bigint, 'what lay in between is no slot');
-- backfill
select test.act_as(:'manager');
select is(trimtab.backfill_schedule(:'hourly', '2026-03-20 10:00+00', '2026-03-20 13:00+00'), 3, 'slots of a span are made');
select is(trimtab.backfill_schedule(:'hourly', '2026-03-20 11:00+00', '2026-03-20 14:00+00'), 1, 'each once');
select throws_ok(format('select trimtab.backfill_schedule(%L, ''2026-03-20 14:00+00'', ''2026-03-20 16:00+00'')', :'hourly'), 'TT075', null, 'those to come are not');
select throws_ok(format('select trimtab.backfill_schedule(%L, ''2025-03-20 14:00+00'', ''2026-03-20 14:00+00'')', :'hourly'), 'TT075', null, 'nor a year of them');
select test.reset();
select is(test.tick(:'acme', '2026-03-20 15:01+00'), 4, 'they run');
select results_eq($$select slot_at, status, origin from trimtab.job_runs order by 1$$, $$values
  (timestamptz '2026-03-20 10:00+00', 'success', 'backfill'), ('2026-03-20 11:00+00', 'success', 'backfill'), ('2026-03-20 12:00+00', 'success', 'backfill'), ('2026-03-20 13:00+00', 'success', 'backfill')$$, 'by their slots');
select test.act_as(:'manager');
select is(trimtab.backfill_schedule(:'hourly', '2026-03-20 10:00+00', '2026-03-20 14:00+00'), 0, 'and not again');
-- missed slots can be backfilled
select test.reset();
select test.tick(:'acme', '2026-03-20 20:30+00');
select test.act_as(:'manager');
select is(trimtab.backfill_schedule(:'hourly', '2026-03-20 16:00+00', '2026-03-20 20:30+00'), 4, 'what an outage missed is made up for by hand');
-- now
select is(trimtab.run_schedule_now(:'hourly') - 'run_id', '{"status": "success", "result": {"done": true}}', 'it runs at once');
select is(trimtab.run_schedule_now(:'hourly') - 'run_id', '{"status": "success", "result": {"done": true}}', 'once a moment');
select results_eq(format($$select origin, requested_by, status from trimtab.job_runs where slot_at = '2026-03-20 20:30+00'$$),
  format($$values ('person', %L::uuid, 'success')$$, (select test.user_of(:'manager'))), 'and is known who asked');
select is((select next_run_at from trimtab.scheduled_jobs), '2026-03-20 21:00+00', 'its slots stay');
select results_eq(format('select * from trimtab.upcoming_runs_of(%L, 2)', :'hourly'), $$values (timestamptz '2026-03-20 21:00+00', timestamp '2026-03-20 21:00'), ('2026-03-20 22:00+00', '2026-03-20 22:00')$$, 'what comes next can be asked');
select trimtab.set_schedule_status(:'hourly', 'paused');
select is(trimtab.run_schedule_now(:'hourly') ->> 'status', 'success', 'a paused one can be run by hand');
-- what was due and not made yet when it is changed or paused
select trimtab.save_schedule('{"name": "late", "job": "test", "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC", "missed": "all"}') as late \gset
select test.clock_at('2026-03-20 23:30+00');
select trimtab.save_schedule('{"name": "late", "job": "test", "timing": {"frequency": "cron", "cron": "15 * * * *"}, "time_zone": "UTC"}');
select results_eq(format('select slot_at, status from trimtab.job_runs where job_id = %L order by 1', :'late'), $$values
  (timestamptz '2026-03-20 21:00+00', 'due'), ('2026-03-20 22:00+00', 'due'), ('2026-03-20 23:00+00', 'due')$$, 'changed, it still owes what was due, as it was');
select is((select next_run_at from trimtab.scheduled_jobs where id = :'late'), '2026-03-21 00:15+00', 'and goes on as it is');
select test.reset();
update trimtab.job_runs set status = 'skipped', completed_at = due_at where status = 'due';
select test.clock_at('2026-03-21 02:00+00');
select test.act_as(:'manager');
select trimtab.set_schedule_status(:'late', 'paused');
select results_eq(format('select slot_at, status, slots from trimtab.job_runs where job_id = %L and slot_at > ''2026-03-21'' order by 1', :'late'), $$values
  (timestamptz '2026-03-21 00:15+00', 'missed', 1), ('2026-03-21 01:15+00', 'skipped', 1)$$, 'paused, what was due is known');
select test.reset();
select * from finish();
rollback;
