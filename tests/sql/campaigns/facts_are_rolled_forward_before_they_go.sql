begin;
select plan(21);
select test.clock_at('2026-05-20 10:30+00');
select test.organization('Acme', 'Europe/Berlin', 'USD') as acme \gset
select test.organization('Other', 'UTC', 'USD') as other \gset
select test.campaign(:'acme', 'Home') as home \gset
select test.campaign(:'acme', 'Abroad', p_currency => 'EUR') as abroad \gset
select test.campaign(:'acme', 'No rate', p_currency => 'GBP') as no_rate \gset
select test.campaign(:'other', 'Other') as elsewhere \gset
select trimtab.record_exchange_rates('[{"from": "EUR", "to": "USD", "day": "2023-11-01", "rate": 1.1}, {"from": "EUR", "to": "USD", "day": "2023-11-15", "rate": 1.3}, {"from": "EUR", "to": "USD", "day": "2024-01-03", "rate": 1.2}]', 'test');
-- Long ago, recently, with measures missing on some days, with hours and breakdowns.
select test.facts(:'acme', :'home', '2023-11-20', 1000, 31, 10.01, 2, 31.07, 900, null, 3, p_days => 50);
select test.facts(:'acme', :'home', '2023-12-05', 500, null, 7, 1, null, p_days => 9);
select test.facts(:'acme', :'home', '2023-12-24', 40, 5, 2, 1, 1, p_hour => 13);
select test.facts(:'acme', :'home', '2023-12-24', 40, 5, 2, 1, 1, p_dimension => 'creative', p_subject => 'A');
select test.facts(:'acme', :'abroad', '2023-11-05', 700, 11, 5.55, 1, 17.77, p_days => 80);
select test.facts(:'acme', :'no_rate', '2023-12-05', 700, 11, 5.55, 1, 17.77, p_days => 3);
select test.facts(:'acme', :'home', '2026-04-01', 800, 20, 9, 2, 20, p_days => 45);
select test.facts(:'other', :'elsewhere', '2023-12-05', 1, 1, 1);
create temporary table before_that as
select * from trimtab.compute_signals(:'acme');
grant select on before_that to public;
select knowledge_revision as latest from trimtab.organizations where org_id = :'acme' \gset

select throws_ok($$select trimtab.drop_fact_partitions('2024-01-01')$$, 'TT024', null, 'a partition is not dropped before its facts are rolled forward');
select throws_ok(format($$select trimtab.roll_forward_facts(%L, '2026-05-01')$$, :'acme'), 'TT023', null, 'facts that windows need are not rolled forward');
select cmp_ok(trimtab.roll_forward_facts(:'acme', '2024-01-15'), '>', 5::bigint, 'months before are added up');
select is((select facts_from from trimtab.organizations where org_id = :'acme'), '2024-01-01'::date, 'up to the beginning of the month');
select is(trimtab.roll_forward_facts(:'acme', '2024-01-15'), 0::bigint, 'once');
select results_eq(
  format('select campaign_id, signals, first_day, facts_revision, valid_until from trimtab.compute_signals(%L) order by 1', :'acme'),
  'select campaign_id, signals, first_day, facts_revision, valid_until from before_that order by 1',
  'figures are the same while the facts are still there');
select cmp_ok((select replay_floor from trimtab.organizations where org_id = :'acme'), '<', :latest::bigint, 'what was known later can still be asked');
select throws_ok(format('select * from trimtab.compute_signals(%L, p_known => 1)', :'acme'), 'TT006', null, 'what was known before the last change of these facts cannot');
select lives_ok(format('select * from trimtab.compute_signals(%L, p_known => %s)', :'acme', :latest), 'the latest revision can');
select throws_ok(format($$select * from trimtab.compute_signals(%L, p_as_of => '2024-02-20')$$, :'acme'), 'TT006', null, 'nor can moments whose windows reach back to them');

select throws_ok($$select trimtab.drop_fact_partitions('2024-01-01')$$, 'TT024', null, 'one organization that was not rolled forward keeps the partition');
select trimtab.roll_forward_facts(:'other', '2024-01-01');
set local role trimtab_engine;
select trimtab.drop_fact_partitions('2024-01-01') as dropped \gset
reset role;
select is(:dropped, 30, 'then all that ended before goes: ten partitions of each grain');
select is(to_regclass('trimtab.campaign_metrics_day_2023'), null, 'the table is gone');
select is(trimtab.ensure_partitions(), 0, 'and is not made again');
select results_eq(
  format('select campaign_id, signals, first_day, facts_revision, valid_until from trimtab.compute_signals(%L) order by 1', :'acme'),
  'select campaign_id, signals, first_day, facts_revision, valid_until from before_that order by 1',
  'figures are the same when the facts have gone');
select is(trimtab.oldest_day_kept(), '2024-01-01'::date, 'the installation knows from when on it has facts');
select is((select count(*) from trimtab.quarantined_rows), 0::bigint, 'so far nothing was refused');
select trimtab.open_import(:'acme', 'late', 'test', '{}') as batch \gset
insert into pg_temp.trimtab_import (line_number, campaign_id, day, impressions) values (2, :'home', '2023-12-31', 5), (3, :'home', '2024-01-01', 5);
select (trimtab.close_import(:'acme', :'batch')).rows_quarantined as quarantined \gset
select is(:quarantined, 1, 'a fact of a month that has gone is refused, the day after is taken');

-- A second time, month by month.
select is(trimtab.roll_forward_facts(:'acme', '2024-02-01') > 0, true, 'later months follow');
select is(
  (select s.signals[trimtab.signal_position('spend', 'lifetime')] from trimtab.compute_signals(:'acme', array[:'abroad']::uuid[]) s),
  (select b.signals[trimtab.signal_position('spend', 'lifetime')] from before_that b where b.campaign_id = :'abroad'),
  'also where the rate changes within the month');
select test.act_as(test.member(:'acme', 'owner'));
select throws_ok(format($$select trimtab.roll_forward_facts(%L, '2024-03-01')$$, :'acme'), '42501', null, 'it is not for people');
select * from finish();
rollback;
