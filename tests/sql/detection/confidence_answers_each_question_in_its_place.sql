begin;
select plan(17);

select test.clock_at('2024-05-01 06:00+00');
select test.organization('Acme') as acme \gset
select test.organization('Beta') as beta \gset
select test.member(:'acme', 'viewer') as viewer \gset

insert into trimtab.campaigns (org_id, id, title, currency, status, starts_at, activated_at)
select :'acme', ('00000000-0000-0000-0000-00000000000' || n)::uuid, 'Campaign ' || n, 'USD', 'active', '2024-04-01', '2024-04-01'
from generate_series(1, 5) n;
-- 1 earns half of what it costs, 2 three times, 3 sold nothing, of 4 the revenue is unknown, 5 has no facts.
insert into trimtab.campaign_metrics (
  org_id, campaign_id, grain, day, known_from, currency, impressions, clicks, spend, conversions, revenue)
select
  :'acme', ('00000000-0000-0000-0000-00000000000' || n)::uuid, 'day', date '2024-04-01' + d, 1, 'USD', 1000 + 100 * (d % 3),
  20 + d % 5, 30 + d % 4,
  case n when 1 then 1 + d % 2 when 2 then 4 + d % 3 when 3 then 0 when 4 then 1 end,
  case n when 1 then (1 + d % 2) * 10 when 2 then (4 + d % 3) * 20 when 3 then 0 end
from generate_series(1, 4) n
cross join generate_series(0, 29) d;

create temporary table said as
select q.*, c.confidence
from (
  values
    (1, 1, 'roi', 'lifetime', null::numeric, 1::numeric),
    (2, 1, 'roas', 'lifetime', 1, null),
    (3, 2, 'roi', 'lifetime', 2, null),
    (4, 3, 'roi', 'lifetime', null, 1),
    (5, 4, 'roi', 'lifetime', null, 1),
    (6, 5, 'roi', 'lifetime', null, 1),
    (7, 1, 'roi', 'lifetime', null, null),
    (8, 3, 'cpa', 'lifetime', 200, null),
    (9, 1, 'ctr', 'last_7_days', 1.5, 2.5),
    (10, 1, 'spend', 'last_7_days', 100, null),
    (11, 1, 'spend', 'last_7_days', 1000, null),
    (12, 4, 'revenue', 'lifetime', 0, null),
    (13, 1, 'hours_running', null, 24, null),
    (14, 1, 'nonsense', 'lifetime', null, 1),
    (15, 1, 'roi', 'nonsense', null, 1),
    (16, 1, 'roi', 'last_24_hours', null, 1)
) q (place, n, metric, span, lower, upper)
join (
  select * from trimtab.confidence_of(
    :'acme',
    array(select ('00000000-0000-0000-0000-00000000000' || n)::uuid
      from unnest(array[1, 1, 2, 3, 4, 5, 1, 3, 1, 1, 1, 4, 1, 1, 1, 1]) with ordinality as u (n, place) order by u.place),
    array['roi', 'roas', 'roi', 'roi', 'roi', 'roi', 'roi', 'cpa', 'ctr', 'spend', 'spend', 'revenue', 'hours_running', 'nonsense', 'roi', 'roi'],
    array['lifetime', 'lifetime', 'lifetime', 'lifetime', 'lifetime', 'lifetime', 'lifetime', 'lifetime', 'last_7_days',
      'last_7_days', 'last_7_days', 'lifetime', null, 'lifetime', 'nonsense', 'last_24_hours'],
    array[null, 1, 2, null, null, null, null, 200, 1.5, 100, 1000, 0, 24, null, null, null],
    array[1, null, null, 1, 1, 1, null, null, 2.5, null, null, null, null, 1, 1, 1])
) c on c.ordinality = q.place;
grant select on said to public;

select cmp_ok((select confidence from said where place = 1), '>', 0.99, 'half the cost came back, for a month: surely below 1');
select is(
  (select round(sum(confidence), 9) from said where place in (1, 2)), 1::numeric,
  'below and above the same bound make certainty, whichever name the metric goes by');
select cmp_ok((select confidence from said where place = 3), '>', 0.99, 'three times the cost: surely above 2');
select cmp_ok((select confidence from said where place = 4), '>', 0.99, 'nothing sold for a month where others sell: surely below 1');
select is((select confidence from said where place = 5), null, 'revenue unknown: no confidence');
select is((select confidence from said where place = 6), null, 'no facts: no confidence');
select is((select round(confidence, 9) from said where place = 7), 1::numeric, 'no bounds: certain');
select cmp_ok((select confidence from said where place = 8), '>', 0.95, 'no sale for 900: a price above 200 is likely though it cannot be computed');
select cmp_ok((select confidence from said where place = 9), '>', 0.95, 'between two bounds');
select is((select confidence from said where place = 10), 1::numeric, 'a count within its bounds is certain');
select is((select confidence from said where place = 11), 0::numeric, 'a count outside its bounds is not so');
select is((select confidence from said where place = 12), null, 'an unknown count is unknown');
select is((select confidence from said where place = 13), 1::numeric, 'the clock is certain');
select is(
  (select array_agg(confidence) from said where place in (14, 15, 16)), array[null, null, null]::numeric[],
  'unknown metric, unknown window, window without facts: no confidence');
select is(
  (select count(*) from trimtab.confidence_of(:'acme', '{}', '{}', '{}', '{}', '{}')), 0::bigint,
  'nothing asked, nothing answered');

select test.act_as(:'viewer');
select is(
  (select round(c.confidence, 12) from trimtab.confidence_of(
    :'acme', array['00000000-0000-0000-0000-000000000001'::uuid], array['roi'], array['lifetime'], array[null]::numeric[], array[1]) c),
  (select round(confidence, 12) from said where place = 1),
  'a viewer is told the same');
select test.reset();
select test.member(:'beta', 'owner') as stranger \gset
select test.act_as(:'stranger');
select throws_ok(
  format(
    $$select * from trimtab.confidence_of(%L, array['00000000-0000-0000-0000-000000000001'::uuid], array['roi'], array['lifetime'], array[null]::numeric[], array[1])$$,
    :'acme'),
  'TT004', null, 'another tenant''s member learns nothing');
select test.reset();

select * from finish();
rollback;
