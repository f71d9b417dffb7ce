begin;
select plan(12);
select test.clock_at('2026-05-20 10:00+00');
select test.organization('Acme', 'Europe/Berlin', 'EUR') as acme \gset
select test.campaign(:'acme', 'Summer') as summer \gset

select is(test.facts(:'acme', :'summer', '2026-05-01', 1000, 50, 20.5, 2, 60, p_days => 3), 1::bigint, 'the first batch is revision 1');
select is(test.facts(:'acme', :'summer', '2026-05-01', 1000, 50, 20.50, 2, 60, p_days => 3), null, 'the same again publishes nothing');
select results_eq(
  format('select day, known_from, impressions, clicks, spend, conversions, revenue from trimtab.campaign_metrics where org_id = %L order by day', :'acme'),
  $$values ('2026-05-01'::date, 1::bigint, 1000::bigint, 50::bigint, 20.5, 2::numeric, 60::numeric),
           ('2026-05-02', 1, 1000, 50, 20.5, 2, 60), ('2026-05-03', 1, 1000, 50, 20.5, 2, 60)$$,
  'three days are there once');
select is(test.facts(:'acme', :'summer', '2026-05-02', 1000, 50, 21, 2), 2::bigint, 'a correction is revision 2');
select results_eq(
  format('select known_from, known_to, spend, revenue from trimtab.campaign_metrics where org_id = %L and day = %L order by 1', :'acme', '2026-05-02'),
  $$values (1::bigint, 2::bigint, 20.5, 60::numeric), (2, null, 21, 60)$$,
  'history shows both, and what the later file did not have stays known');

select is(test.facts(:'acme', :'summer', '2026-05-05', 40, 5, 2, 0, 0, p_hour => 0), 3::bigint, 'an hour is published');
select is(test.facts(:'acme', :'summer', '2026-05-05', 60, 5, 3, 1, 9, p_hour => 23), 4::bigint, 'and another');
select results_eq(
  format('select grain, hour, spend, is_derived from trimtab.campaign_metrics where org_id = %L and day = %L and known_to is null order by 1, 2', :'acme', '2026-05-05'),
  $$values ('day', '-infinity'::timestamptz, 5::numeric, true), ('hour', '2026-05-04 22:00+00', 2, false), ('hour', '2026-05-05 21:00+00', 3, false)$$,
  'hours stand by their start, the day is their sum');
select test.facts(:'acme', :'summer', '2026-05-05', 110, 10, 5.5, 1, 9);
select test.facts(:'acme', :'summer', '2026-05-05', 41, 5, 2, 0, 0, p_hour => 0);
select is(
  (select array_agg(array[spend::text, is_derived::text]) from trimtab.campaign_metrics where org_id = :'acme' and day = '2026-05-05' and grain = 'day' and known_to is null),
  array[array['5.5', 'false']], 'a reported day replaces the sum of its hours, and hours do not replace it');
select test.facts(:'acme', :'summer', '2026-05-05', 40, 5, 2, 0, 0, p_dimension => 'creative', p_subject => 'A');
select is(
  (select sum(spend) from trimtab.campaign_metrics where org_id = :'acme' and day = '2026-05-05' and grain = 'day' and known_to is null),
  5.5, 'a breakdown is not added');
select throws_like(format('select test.facts(%L, %L, %L, -1)', :'acme', :'summer', '2026-05-05'), 'refused: %below zero%', 'the helper says so when a row is refused');
select is((select knowledge_revision from trimtab.organizations where org_id = :'acme'), 7::bigint, 'every change has its number');
select * from finish();
rollback;
