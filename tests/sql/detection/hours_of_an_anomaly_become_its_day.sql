begin;
set local search_path to trimtab, public;
select plan(9);

select test.clock_at('2026-06-01 00:30+00');
select test.organization('Acme') as acme \gset
select test.campaign(:'acme', 'Summer') as summer \gset
select test.facts(:'acme', :'summer', '2026-04-20', 200 - abs(h - 13) * 10, 20, 8, 1, 12, p_hour => h, p_days => 42)
from generate_series(0, 23) h;

create function pg_temp.hours(p_first integer, p_last integer, p_share numeric) returns void language sql as $$
  select test.facts(c.org_id, c.id, '2026-06-01', ((200 - abs(h - 13) * 10) * p_share)::integer, (20 * p_share)::integer, 8 * p_share, p_share, 12 * p_share, p_hour => h)
  from trimtab.campaigns c, generate_series(p_first, p_last) h
$$;
create function pg_temp.look(p_at timestamptz) returns integer language sql as $$
  select test.clock_at(p_at);
  select trimtab.store_anomalies(o.org_id, p_at) from trimtab.organizations o;
$$;

select test.clock_at('2026-06-01 09:05+00');
select pg_temp.hours(0, 8, 1);
select is(pg_temp.look('2026-06-01 09:05+00'), 0, 'a quiet night');
select test.clock_at('2026-06-01 12:05+00');
select pg_temp.hours(9, 11, 0);
select is(pg_temp.look('2026-06-01 12:05+00'), 1, 'three hours without delivery');
select results_eq(
  'select kind, metric, window_code, starts_at, ends_at, found from anomalies',
  $$values ('delivery_stop', 'impressions', 'last_3_hours', timestamptz '2026-06-01 09:00', timestamptz '2026-06-01 12:00', 0.0000)$$,
  'are told at noon, as what they are');
select ok((select expected between 440 and 570 from anomalies), 'against the same hours of other days');
select test.clock_at('2026-06-01 13:05+00');
select pg_temp.hours(12, 12, 0);
select is(pg_temp.look('2026-06-01 13:05+00'), 0, 'an hour later it is no new one');
select is((select ends_at from anomalies), '2026-06-01 13:00+00'::timestamptz, 'but longer');
select test.clock_at('2026-06-02 00:30+00');
select pg_temp.hours(13, 23, 0);
select is(pg_temp.look('2026-06-02 00:30+00'), 0, 'nor is the day');
select results_eq(
  $$select window_code, starts_at, ends_at, evidence ->> 'day' from anomalies where metric = 'impressions'$$,
  $$values ('day', timestamptz '2026-06-01', timestamptz '2026-06-02', '2026-06-01')$$, 'the row tells of the day now');
select is((select count(*) from anomalies), 1::bigint, 'all in one row');

select * from finish();
rollback;
