begin;
set local search_path to trimtab, public;
select plan(6);

-- The same figures, once in dollars of an American organization, once in dollars of a Japanese one: 1 dollar is 150 yen.
select test.clock_at('2026-06-01 06:30+00');
select test.organization('American', 'UTC', 'USD') as american \gset
select test.organization('Japanese', 'UTC', 'JPY') as japanese \gset
insert into exchange_rates (from_currency, to_currency, valid_from, rate, source) values ('USD', 'JPY', '2026-01-01', 150, 'test');

create temporary table world as
select
  o.org_id, n,
  test.campaign(o.org_id, 'Campaign ' || n, p_daily_budget => 55.55, p_currency => 'USD') as campaign_id
from (values (:'american'::uuid), (:'japanese')) o (org_id)
cross join generate_series(1, 4) n;
insert into campaign_metrics (org_id, campaign_id, grain, dimension, subject, day, known_from, currency, impressions, clicks, spend, conversions, revenue)
select
  w.org_id, w.campaign_id, case when s.part = '' then 'day' else 'breakdown' end, case when s.part = '' then '' else 'device' end, s.part,
  date '2026-05-02' + d, 1, 'USD', 4000 * s.size, 80 * s.size, 50 * s.size, s.sales * (1 + d % 3), s.sales * (1 + d % 3) * 5 * n
from world w
cross join generate_series(0, 29) d
cross join (values ('', 1, 2), ('tablet', 0.4, 0.1), ('phone', 0.6, 1.9)) s (part, size, sales);

create temporary table said as
select w.n, w.org_id, c.confidence
from (select org_id, array_agg(campaign_id order by n) as ids from world group by org_id) a
cross join lateral confidence_of(
  a.org_id, a.ids, array_fill('roi'::text, array[4]), array_fill('lifetime'::text, array[4]), array_fill(null::numeric, array[4]),
  array_fill(1::numeric, array[4])) c
join world w on w.org_id = a.org_id and w.n = c.ordinality;
select is(
  (select array_agg(round(confidence, 6) order by n) from said where org_id = :'japanese'),
  (select array_agg(round(confidence, 6) order by n) from said where org_id = :'american'),
  'a return is as sure in yen as in dollars');
select ok((select bool_and(confidence between 0 and 1) and max(confidence) > 0.5 and min(confidence) < 0.5 from said), 'and says something');

create temporary table found as
select o.org_id, w.n, f.*
from (values (:'american'::uuid), (:'japanese')) o (org_id)
cross join lateral find_opportunities(o.org_id) f
join world w on w.campaign_id = f.campaign_id;
select set_eq(
  format('select n, opportunity_type, subject, severity from found where org_id = %L', :'japanese'),
  format('select n, opportunity_type, subject, severity from found where org_id = %L', :'american'),
  'the same is found');
select is(
  (select bool_and(estimated_impact ->> 'currency' = 'JPY' and estimated_impact ->> 'savings' !~ '\.')
   from found where org_id = :'japanese' and opportunity_type = 'audience_mismatch'),
  true, 'money is in the organization''s currency, in whole yen');
select is(
  (select round(j.savings / a.savings) from
    (select sum((estimated_impact ->> 'savings')::numeric) as savings from found where org_id = :'japanese' and opportunity_type = 'audience_mismatch') j,
    (select sum((estimated_impact ->> 'savings')::numeric) as savings from found where org_id = :'american' and opportunity_type = 'audience_mismatch') a),
  150::numeric, 'at the rate');

delete from exchange_rates;
select is(
  (select array_agg(c.confidence) from confidence_of(
    :'japanese', array[(select campaign_id from world where org_id = :'japanese' and n = 1)], array['roi'], array['lifetime'],
    array[null]::numeric[], array[1]) c),
  array[null]::numeric[], 'without a rate there is no confidence');

select * from finish();
rollback;
