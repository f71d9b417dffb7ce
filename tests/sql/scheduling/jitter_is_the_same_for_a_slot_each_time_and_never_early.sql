begin;
select plan(6);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.with_jobs();
create temp table j as
select trimtab.job_jitter(md5(g::text)::uuid, '2026-03-20 12:00+00', 60) as j from generate_series(1, 2000) g;
select ok((select min(j) >= '0' and max(j) <= interval '60 seconds' from j), 'it lies within its bound');
select ok((select count(distinct j) > 1900 from j), 'schedules are spread');
select ok((select abs(extract(epoch from avg(j)) - 30) < 2 from j), 'evenly');
select is(trimtab.job_jitter(md5('1')::uuid, '2026-03-20 12:00+00', 60), trimtab.job_jitter(md5('1')::uuid, '2026-03-20 12:00+00', 60), 'the same each time');
select test.act_as(:'manager');
select trimtab.save_schedule('{"name": "spread", "job": "test", "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC", "jitter_seconds": 600}') as spread \gset
select test.reset();
select trimtab.tick_schedules(:'acme', '2026-03-20 13:00+00', 10);
select is((select due_at - slot_at from trimtab.job_runs), trimtab.job_jitter(:'spread', '2026-03-20 13:00+00', 600), 'a run is due so much later');
select results_eq($$select trimtab.tick_job_runs(org_id, due_at - interval '1 microsecond', 10), trimtab.tick_job_runs(org_id, due_at, 10) from trimtab.job_runs$$, $$values (0, 1)$$, 'and not before');
select * from finish();
rollback;
