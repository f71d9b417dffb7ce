begin;
select plan(13);
select test.clock_at('2026-05-20 10:30+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.campaign(:'acme', 'Windows') as windows \gset
select test.campaign(:'acme', 'Formulas') as formulas \gset

-- Every day and hour has a figure of its own, a power of two, so a sum tells which of them are in it.
select trimtab.open_import(:'acme', 'powers', 'test', '{}') as batch \gset
insert into pg_temp.trimtab_import (line_number, campaign_id, day, impressions, clicks)
select 1, :'windows', date '2026-05-20' - age, case when age <= 30 then 1::bigint << age else 0 end, case when age > 30 then 1::bigint << age - 31 else 0 end
from generate_series(0, 61) age;
select test.finish_facts(:'acme', :'batch');
select results_eq(
  format($$
    select w.code, s.signals[trimtab.signal_position('impressions', w.code)], s.signals[trimtab.signal_position('clicks', w.code)]
    from trimtab.metric_windows w, trimtab.compute_signals(%L, array[%L]::uuid[]) s
    where w.unit = 'day'
    order by w.position$$, :'acme', :'windows'),
  $$
    select w.code,
      sum(case when age <= 30 then 1::bigint << age else 0 end),
      sum(case when age > 30 then 1::bigint << age - 31 else 0 end)
    from trimtab.metric_windows w
    join generate_series(0, 61) age on age >= w.last_unit and age <= coalesce(w.first_unit, 1000)
    where w.unit = 'day'
    group by w.code, w.position
    order by w.position$$,
  'each window of days holds the days that the catalogue says');

select trimtab.open_import(:'acme', 'powers by hour', 'test', '{}') as batch \gset
insert into pg_temp.trimtab_import (line_number, campaign_id, hour, impressions, clicks)
select 1, :'windows', timestamptz '2026-05-20 10:00+00' - age * interval '1 hour',
  case when age <= 24 then 1::bigint << age else 0 end, case when age > 24 then 1::bigint << age - 25 else 0 end
from generate_series(0, 50) age;
select test.finish_facts(:'acme', :'batch');
select results_eq(
  format($$
    select w.code, s.signals[trimtab.signal_position('impressions', w.code)], s.signals[trimtab.signal_position('clicks', w.code)]
    from trimtab.metric_windows w, trimtab.compute_signals(%L, array[%L]::uuid[]) s
    where w.unit = 'hour'
    order by w.position$$, :'acme', :'windows'),
  $$
    select w.code,
      sum(case when age <= 24 then 1::bigint << age else 0 end),
      sum(case when age > 24 then 1::bigint << age - 25 else 0 end)
    from trimtab.metric_windows w
    join generate_series(0, 50) age on age >= w.last_unit and age <= w.first_unit
    where w.unit = 'hour'
    group by w.code, w.position
    order by w.position$$,
  'each window of hours holds the complete hours that the catalogue says');

-- Every measure has a figure of its own; the ratios follow by the catalogue's own columns.
select test.facts(:'acme', :'formulas', '2026-05-19', 10007, 307, 523.57, 41.5, 1597.31, 7919, null, 83, 29, 17);
select results_eq(
  format($$
    select m.code, round(s.signals[trimtab.signal_position(m.code, 'last_7_days')], 9)
    from trimtab.metrics m, trimtab.compute_signals(%L, array[%L]::uuid[]) s
    where m.position is not null
    order by m.position$$, :'acme', :'formulas'),
  $$
    with measures (code, value) as (values
      ('impressions', 10007), ('clicks', 307), ('spend', 523.57), ('conversions', 41.5), ('revenue', 1597.31), ('likes', 83),
      ('shares', 29), ('comments', 17), ('reach', 7919), ('engagements', 83 + 29 + 17), ('reach_impressions', 10007), ('reach_sum', 7919))
    select m.code, round(coalesce(own.value, m.factor * above.value / below.value), 9)
    from trimtab.metrics m
    left join measures own on own.code = m.code
    left join measures above on above.code = m.numerator
    left join measures below on below.code = m.denominator
    where m.position is not null
    order by m.position$$,
  'each metric is what the catalogue says');

select is(
  (select cardinality(s.signals) from trimtab.compute_signals(:'acme', array[:'formulas']::uuid[]) s),
  (select max(m.position) * count(distinct w.position)::integer from trimtab.metrics m, trimtab.metric_windows w),
  'there is a place for every metric and window, and no other');
select is(
  (select array_agg(w.position order by w.position) from trimtab.metric_windows w),
  array(select generate_series(1, (select count(*)::integer from trimtab.metric_windows))), 'windows'' positions have no gap');
select is(
  (select array_agg(m.position order by m.position) from trimtab.metrics m where m.position is not null),
  array(select generate_series(1, (select count(m.position)::integer from trimtab.metrics m))), 'metrics'' positions have no gap');
select is(
  (select array_agg(w.code::text) from trimtab.metric_windows w
   join trimtab.metric_windows p on p.code = w.previous_of
   where w.last_unit <> p.first_unit + 1 or w.first_unit - w.last_unit <> p.first_unit - p.last_unit),
  null, 'a previous window is as long as the other one and ends where that begins');

select is(trimtab.signal_position('roi', 'lifetime'), trimtab.signal_position('roas', 'lifetime'), 'roi is roas');
select is(trimtab.signal_position('spend', 'last_7_days'), 7, 'positions are those that rules were compiled with');
select results_eq(
  $$select code, trimtab.signal_position(code, null) from trimtab.metrics where aggregate = 'live' order by 2 desc$$,
  $$values ('hours_running', -1), ('facts_age', -2), ('budget_utilization', -3)$$, 'live metrics have numbers below 0');
select is(trimtab.signal_position('roi', 'last_year'), null, 'an unknown window has no position');
select is(trimtab.signal_position('luck', 'lifetime'), null, 'nor has an unknown metric');
select is(
  (select count(*) from trimtab.compute_signals(:'acme', array[:'formulas', gen_random_uuid()]::uuid[]) s where s.first_day is null), 1::bigint,
  'there is a row for every campaign asked for');
select * from finish();
rollback;
