begin;
select plan(4);
select test.clock_at('2026-05-20 10:30+00');
select test.organization('Acme') as acme \gset
select test.organization('Large') as large \gset
select test.campaign(:'acme', 'One') as one \gset
insert into trimtab.campaigns (org_id, title, currency) select org, 'Campaign ' || n, 'USD' from unnest(array[:'acme', :'large']::uuid[]) org, generate_series(1, 30) n;
insert into trimtab.campaign_metrics (org_id, campaign_id, grain, day, hour, known_from, currency, spend)
select c.org_id, c.id, g.grain, date '2026-05-19' - d, case g.grain when 'hour' then timestamptz '2026-05-19 05:00+00' - d * interval '1 day' else '-infinity' end, 1, 'USD', 1
from trimtab.campaigns c, generate_series(0, 99) d, (values ('day'), ('hour')) g (grain);
delete from trimtab.campaign_metrics where campaign_id = :'one' and grain = 'hour';
analyze trimtab.campaign_metrics;
create function pg_temp.rows_read(p_tables text) returns bigint language sql as
  $$select sum(coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0))::bigint from pg_stat_xact_user_tables where relname like p_tables$$;

select pg_temp.rows_read('campaign_metrics_day_%') as days_before, pg_temp.rows_read('campaign_metrics_hour_%') as hours_before \gset
select is(
  (select s.signals[trimtab.signal_position('spend', 'lifetime')] from trimtab.compute_signals(:'acme', array[:'one']::uuid[]) s),
  100::numeric, 'a hundred days of it');
select is(pg_temp.rows_read('campaign_metrics_day_%') - :days_before, 100::bigint, 'are a hundred rows, of six thousand');
select is(pg_temp.rows_read('campaign_metrics_hour_%') - :hours_before, 0::bigint, 'without hourly facts no hour is read');
select is(
  (select count(*) from trimtab.compute_signals(:'acme') s where s.signals[trimtab.signal_position('spend', 'previous_24_hours')] = 1), 30::bigint,
  'the others have theirs');
select * from finish();
rollback;
