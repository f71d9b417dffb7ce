begin;
select plan(4);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.with_jobs();
select test.act_as(:'manager');
select trimtab.save_schedule('{"name": "hourly", "job": "test", "timing": {"frequency": "cron", "cron": "0 * * * *"}, "time_zone": "UTC"}');
select test.reset();
select test.tick(:'acme', at) from (values (timestamptz '2026-03-20 13:00+00'), ('2026-03-20 14:00+00'), ('2026-03-20 15:00+00')) t (at);
select trimtab.tick_schedules(:'acme', '2026-03-20 16:00+00', 10);
select is(trimtab.tick_retention(:'acme', timestamptz '2026-03-20 15:00+00' + interval '90 days', 1), 1, 'old runs go, a few at a time');
select is(trimtab.tick_retention(:'acme', timestamptz '2026-03-20 15:00+00' + interval '90 days', 10), 1, 'until none is left');
select results_eq($$select slot_at, status from trimtab.job_runs order by 1$$, $$values (timestamptz '2026-03-20 15:00+00', 'success'), ('2026-03-20 16:00+00', 'due')$$, 'later ones stay, and those that are not over');
select is(test.tick(:'acme', '2026-03-20 16:00+00'), 1, 'what is gone does not run again');
select * from finish();
rollback;
