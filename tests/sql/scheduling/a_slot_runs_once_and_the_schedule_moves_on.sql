begin;
select plan(17);
select test.clock_at('2026-10-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.with_jobs();
select test.act_as(:'manager');
select trimtab.save_schedule('{"name": "Monday nine", "job": "test", "timing": {"frequency": "weekly", "days_of_week": [1], "at": "09:00"}, "time_zone": "America/New_York"}') as monday \gset
select test.reset();
select is(test.tick(:'acme', '2026-10-26 12:59:59+00'), 0, 'before its time nothing runs');
select is(test.tick(:'acme', '2026-10-26 13:00+00'), 1, 'at nine in New York, in summer, it runs');
select is(test.tick(:'acme', '2026-10-26 13:00+00'), 0, 'once');
select is(test.tick(:'acme', '2026-11-02 13:00+00'), 0, 'after the clocks went back it is eight there');
select is(test.tick(:'acme', '2026-11-02 14:00+00'), 1, 'and an hour later nine');
select results_eq($$select slot_at, due_at, status, origin, result, attempts, started_at, completed_at from trimtab.job_runs order by slot_at$$,
  $$values (timestamptz '2026-10-26 13:00+00', timestamptz '2026-10-26 13:00+00', 'success', 'schedule', '{"done": true}'::jsonb, 1, timestamptz '2026-10-26 13:00+00', timestamptz '2026-10-26 13:00+00'),
           ('2026-11-02 14:00+00', '2026-11-02 14:00+00', 'success', 'schedule', '{"done": true}', 1, '2026-11-02 14:00+00', '2026-11-02 14:00+00')$$, 'each run is a row');
select results_eq($$select run_count, failure_count, last_run_at, last_slot_at, next_run_at, next_run_wall, status from trimtab.scheduled_jobs$$,
  $$values (2::bigint, 0::bigint, timestamptz '2026-11-02 14:00+00', timestamptz '2026-11-02 14:00+00', timestamptz '2026-11-09 14:00+00', timestamp '2026-11-09 09:00', 'active')$$, 'and counted');
select is((select context - '{schedule_id,run_id}'::text[] from test.jobs_done order by number limit 1),
  '{"schedule_name": "Monday nine", "slot_at": "2026-10-26T13:00:00+00:00", "origin": "schedule", "time_zone": "America/New_York", "as_of": "2026-10-26T13:00:00+00:00"}', 'its handler is told for which slot');
-- bounds
select test.clock_at('2026-11-10 00:00+00');
select test.act_as(:'manager');
select trimtab.save_schedule('{"name": "three", "job": "test", "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC", "max_runs": 3, "missed": "all"}') as three \gset
select trimtab.save_schedule('{"name": "between", "job": "test", "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC", "missed": "all", "starts_at": "2026-11-10T02:00Z", "ends_at": "2026-11-10T04:00Z"}') as between \gset
select trimtab.save_schedule('{"name": "once", "job": "test", "timing": {"frequency": "once", "at": "2026-11-10 05:00"}, "time_zone": "UTC"}') as once \gset
select test.reset();
select is(test.tick(:'acme', '2026-11-10 02:00+00'), 4, 'two of one, the first of another, and the Monday');
select is(test.tick(:'acme', '2026-11-10 12:00+00'), 3, 'then only what is left');
select results_eq(format($$select slot_at from trimtab.job_runs where job_id = %L order by 1$$, :'three'),
  $$values (timestamptz '2026-11-10 01:00+00'), ('2026-11-10 02:00+00'), ('2026-11-10 03:00+00')$$, 'max_runs holds');
select results_eq(format($$select slot_at from trimtab.job_runs where job_id = %L order by 1$$, :'between'),
  $$values (timestamptz '2026-11-10 02:00+00'), ('2026-11-10 03:00+00')$$, 'the start belongs to it, the end does not');
select results_eq($$select name, status, next_run_at is null, run_count from trimtab.scheduled_jobs where name <> 'Monday nine' order by 1$$,
  $$values ('between', 'completed', true, 2::bigint), ('once', 'completed', true, 1), ('three', 'completed', true, 3)$$, 'then they are completed');
select test.act_as(:'manager');
select throws_ok(format('select trimtab.set_schedule_status(%L, ''active'')', :'once'), 'TT075', null, 'and cannot go on');
select lives_ok($$select trimtab.save_schedule('{"name": "three", "job": "test", "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC", "max_runs": 4}')$$, 'unless they may run more often');
select is((select next_run_at from trimtab.scheduled_jobs where name = 'three'), '2026-11-10 13:00+00', 'from now on');
select throws_ok($$select trimtab.save_schedule('{"name": "three", "job": "test", "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC", "max_runs": 2}')$$, 'TT073', null, 'but not less often than they have');
select test.reset();
select * from finish();
rollback;
