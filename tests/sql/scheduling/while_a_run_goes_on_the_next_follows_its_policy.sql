begin;
select plan(13);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.with_jobs();
select test.act_as(:'manager');
select trimtab.save_schedule(jsonb_build_object('name', o, 'job', 'test', 'arguments', '{"answer": {"status": "running", "instance": 7}}'::jsonb,
  'timing', '{"frequency": "cron", "cron": "0 * * * *"}'::jsonb, 'time_zone', 'UTC', 'overlap', o, 'timeout_seconds', 86400))
from unnest('{skip,buffer_one,allow}'::text[]) o;
select test.reset();
create function pg_temp.runs(p_name text) returns text language sql as $$
  select string_agg(to_char(r.slot_at at time zone 'UTC', 'HH24') || ' ' || r.status, ', ' order by r.slot_at)
  from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id where j.name = p_name $$;
select is(test.tick(:'acme', '2026-03-20 13:00+00'), 3, 'all three begin');
select is(pg_temp.runs('skip'), '13 running', 'and their handlers leave them open');
select test.tick(:'acme', '2026-03-20 14:00+00');
select test.tick(:'acme', '2026-03-20 15:00+00');
select is(pg_temp.runs('skip'), '13 running, 14 skipped, 15 skipped', 'skip: the next pass');
select is(pg_temp.runs('buffer_one'), '13 running, 14 due, 15 skipped', 'buffer_one: one waits, those after it pass');
select is(pg_temp.runs('allow'), '13 running, 14 running, 15 running', 'allow: all go on');
select is((select run_count from trimtab.scheduled_jobs where name = 'skip'), 0::bigint, 'what is skipped or open is not counted');
select trimtab.finish_job_run(:'acme', r.id, 'success', '{"instance": 7}')
from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id where j.name = 'buffer_one' and r.status = 'running';
select is(test.tick(:'acme', '2026-03-20 15:30+00'), 1, 'when it is closed the waiting one begins');
select is(pg_temp.runs('buffer_one'), '13 success, 14 running, 15 skipped', 'and no other');
select is((select run_count from trimtab.scheduled_jobs where name = 'buffer_one'), 1::bigint, 'what was closed is counted');
select throws_ok(format('select trimtab.finish_job_run(%L, %L, ''success'')', :'acme', (select r.id from trimtab.job_runs r where status = 'success')), 'TT076', null, 'a run is closed once');
select test.tick(:'acme', '2026-03-21 13:00:01+00');
select is((select r.status || ': ' || error_message from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id where j.name = 'skip' and slot_at = '2026-03-20 13:00+00'),
  'timed_out: It was left open for longer than its timeout.', 'one that nobody closes is closed at its timeout');
select is((select failure_count from trimtab.scheduled_jobs where name = 'skip'), 1::bigint, 'as a failure');
select is((select r.status from trimtab.job_runs r join trimtab.scheduled_jobs j on j.id = r.job_id where j.name = 'skip' and slot_at = '2026-03-21 13:00+00'), 'running', 'and the next begins');
select * from finish();
rollback;
