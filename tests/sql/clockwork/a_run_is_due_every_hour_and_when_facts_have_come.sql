begin;
select plan(10);
select test.clock_at('2026-03-20 12:20+00');
select test.organization('Acme') as acme \gset
select test.organization('Archived') as archived \gset
select test.organization('Stopped') as stopped \gset
select test.running_campaign(:'acme', 'Home') as home \gset
update trimtab.organizations set archived_at = '2026-03-20' where org_id = :'archived';
update trimtab.guardrails set autopilot_enabled = false where org_id = :'stopped';
create function pg_temp.due(p_at timestamptz) returns uuid[] language sql as 'select array(select * from trimtab.organizations_to_run(p_at))';
-- As the tick leaves it behind.
create function pg_temp.served(p_org_id uuid, p_at timestamptz, p_ms integer, p_failures integer default 0) returns void language sql as $$
  insert into trimtab.tick_units (org_id, part, served_at, duration_ms, failures) values (p_org_id, 'autopilot', p_at, p_ms, p_failures)
  on conflict (org_id, part) do update set served_at = excluded.served_at, duration_ms = excluded.duration_ms, failures = excluded.failures
$$;

select is(pg_temp.due('2026-03-20 12:20+00'), array[:'acme'::uuid], 'one that has never run is due; neither an archived nor a stopped one');
select test.run_at(:'acme', '2026-03-20 12:20+00');
select pg_temp.served(:'acme', '2026-03-20 12:20+00', 20000);
select is(pg_temp.due('2026-03-20 12:59:59+00'), '{}', 'within the hour it is not');
select is(pg_temp.due('2026-03-20 13:00+00'), array[:'acme'::uuid], 'at the full hour it is');
update trimtab.settings set value = '{"autopilot": {"every_seconds": 7200}}' where name = 'tick_parts';
select is(pg_temp.due('2026-03-20 13:00+00'), '{}', 'an installation may want it every two hours');
select is(pg_temp.due('2026-03-20 14:00+00'), array[:'acme'::uuid], 'by the clock, not by the last run');

select test.facts(:'acme', :'home', '2026-03-19', 1000, 10, 5, 1, 5);
select is(pg_temp.due('2026-03-20 12:20:59+00'), '{}', 'new facts wait until three times as long has passed as the run took');
select is(pg_temp.due('2026-03-20 12:21+00'), array[:'acme'::uuid], 'then it is due');
select test.run_at(:'acme', '2026-03-20 12:21+00');
select is(pg_temp.due('2026-03-20 12:50+00'), '{}', 'once');
select pg_temp.served(:'acme', '2026-03-20 12:21+00', 10, 1);
select is(pg_temp.due('2026-03-20 12:22+00'), array[:'acme'::uuid], 'one that failed is tried again');
update trimtab.settings set value = '{"since": "2026-03-20", "reason": "test"}' where name = 'automation_stopped';
select is(pg_temp.due('2026-03-20 15:00+00'), '{}', 'while all automation is stopped nobody is due');
select * from finish();
rollback;
