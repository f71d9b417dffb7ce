begin;
select plan(16);
select test.clock_at('2026-05-20 10:30+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.member(:'acme', 'viewer') as viewer \gset
select test.campaign(:'acme', 'Summer', p_budget => 1000) as summer \gset
select test.campaign(:'acme', 'Empty', p_status => 'draft') as empty \gset
select test.facts(:'acme', :'summer', '2026-05-18', 10007, 307, 523.57, 41.5, 1597.31, 7919, null, 83, 29, 17);

select is(
  (select array_agg(attname::text order by attnum) from pg_attribute where attrelid = 'trimtab.campaign_performance'::regclass and attnum between 1 and 16),
  array['id', 'campaign_id', 'total_impressions', 'total_clicks', 'total_conversions', 'ctr', 'conversion_rate',
    'total_spend', 'total_revenue', 'roi', 'total_likes', 'total_shares', 'total_comments', 'engagement_rate', 'is_active', 'last_updated'],
  'the original columns come first');
select test.act_as(:'viewer');
select results_eq(
  format('select total_impressions, total_clicks, total_conversions, ctr, conversion_rate, total_spend, total_revenue, roi, total_likes, total_shares, total_comments, engagement_rate, is_active from trimtab.campaign_performance where campaign_id = %L', :'summer'),
  $$values (10007::bigint, 307::bigint, 41.5, 3.0679, 13.5179, 523.57, 1597.31, 3.0508, 83::bigint, 29::bigint, 17::bigint, 1.2891, true)$$,
  'computed while there is no memo');
select results_eq(
  format('select total_impressions, total_conversions, ctr, total_spend, roi, total_likes, engagement_rate, is_active, roas, cpa, reach, facts_end_at from trimtab.campaign_performance where campaign_id = %L', :'empty'),
  $$values (0::bigint, 0::numeric, 0::numeric, 0::numeric, 0::numeric, 0::bigint, 0::numeric, false, null::numeric, null::numeric, null::bigint, null::timestamptz)$$,
  'without facts the original columns are 0 and the others absent');
select test.reset();

-- Every figure stands at the place that the catalogue gives it.
select results_eq(
  format($$select n.metric, case n.metric when 'roi' then p.roi else (to_jsonb(p) ->> n.metric)::numeric end
           from trimtab.campaign_performance p,
             unnest(array['impressions', 'clicks', 'conversions', 'ctr', 'conversion_rate', 'roi', 'engagement_rate', 'cpc', 'cpm', 'cpa', 'roas', 'reach', 'frequency']) n (metric)
           where p.campaign_id = %L$$, :'summer'),
  format($$select n.metric, round(s.signals[trimtab.signal_position(n.metric, 'lifetime')], 4)
           from trimtab.compute_signals(%L, array[%L]::uuid[]) s,
             unnest(array['impressions', 'clicks', 'conversions', 'ctr', 'conversion_rate', 'roi', 'engagement_rate', 'cpc', 'cpm', 'cpa', 'roas', 'reach', 'frequency']) n (metric)$$, :'acme', :'summer'),
  'the view reads the places of the catalogue');
select is((select budget_utilization from trimtab.campaign_performance where campaign_id = :'summer'), 52.3570, 'spend in percent of the budget');
select is((select last_updated from trimtab.campaign_performance where campaign_id = :'summer'), '2026-05-20 10:30+00'::timestamptz, 'last_updated is when the facts came');
select is((select facts_end_at from trimtab.campaign_performance where campaign_id = :'summer'), '2026-05-19 00:00+00'::timestamptz, 'facts_end_at is when they end');

select is(trimtab.refresh_signals(:'acme'), 2, 'the memo is filled');
select is(trimtab.refresh_signals(:'acme'), 0, 'once');
select is((select total_spend from trimtab.campaign_performance where campaign_id = :'summer'), 523.57, 'the memo says the same');
select test.facts(:'acme', :'summer', '2026-05-19', 1000, 10, 100);
select is((select total_spend from trimtab.campaign_performance where campaign_id = :'summer'), 623.57, 'new facts show at once');
select is((select count(*) from trimtab.campaign_performance where org_id = :'acme'), 2::bigint, 'each campaign once, fresh or not');
select is(trimtab.refresh_signals(:'acme'), 1, 'only the campaign with new facts is computed again');
update trimtab.campaign_signals set signals[10] = 1 where campaign_id = :'summer';
select test.clock_at('2026-05-21 00:00+00');
select is((select total_spend from trimtab.campaign_performance where campaign_id = :'summer'), 623.57, 'at the end of a day the memo is left alone');
select is(trimtab.refresh_signals(:'acme'), 2, 'and computed again');

select test.organization('Rival') as rival \gset
select test.act_as(test.member(:'rival', 'owner'));
select is((select count(*) from trimtab.campaign_performance), 0::bigint, 'another tenant sees nothing');
select * from finish();
rollback;
