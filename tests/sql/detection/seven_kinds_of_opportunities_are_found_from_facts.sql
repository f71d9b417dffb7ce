begin;
set local search_path to trimtab, public;
select plan(43);

select test.clock_at('2026-06-01 06:30+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.member(:'acme', 'viewer') as viewer \gset

-- Days: 2026-05-02 to 2026-05-31 are the last 30.
-- Five ordinary campaigns, which say what is usual: 4 % convert, 2.00 come back for 1.00.
select test.facts(:'acme', test.campaign(:'acme', 'Usual ' || n), '2026-05-02', 2000 + 50 * n, 40, 20, 1.6, 40, p_days => 30)
from generate_series(1, 5) n;

-- Converts far less often than the others.
select test.campaign(:'acme', 'Weak') as weak \gset
select test.facts(:'acme', :'weak', '2026-05-02', 10000, 250, 20, 4, 20.1, p_days => 30);
-- As weak, but it pays.
select test.campaign(:'acme', 'Weak but pays') as pays \gset
select test.facts(:'acme', :'pays', '2026-05-02', 10000, 250, 20, 4, 80, p_days => 30);
-- 234 clicks, 1.5 % of them convert.
select test.campaign(:'acme', 'Traffic') as traffic \gset
select test.facts(:'acme', :'traffic', '2026-05-20', 900, 19, 6, 0.3, 6.6, p_days => 11);
select test.facts(:'acme', :'traffic', '2026-05-31', 900, 25, 6, 0.2, 6.6);
-- 100 clicks at the same rate are too few.
select test.campaign(:'acme', 'Little traffic') as little \gset
select test.facts(:'acme', :'little', '2026-05-22', 500, 10, 4, 0.15, 4.4, p_days => 10);
-- Its click-through rate halves for a week; another's for the same week with next to no volume.
select test.campaign(:'acme', 'Falling') as falling \gset
select test.facts(:'acme', :'falling', '2026-05-18', 5000, 100, 20, 4, 40, p_days => 7);
select test.facts(:'acme', :'falling', '2026-05-25', 5000, 50, 20, 2, 40, p_days => 7);
select test.campaign(:'acme', 'Falling, but tiny') as tiny \gset
select test.facts(:'acme', :'tiny', '2026-05-18', 50, 2, 1, 0, 2, p_days => 7);
select test.facts(:'acme', :'tiny', '2026-05-25', 50, 1, 1, 0, 2, p_days => 7);
-- A day of 1 impression with 1 click before a steady week: a mean of daily ratios would call it a fall.
select test.campaign(:'acme', 'Steady') as steady \gset
select test.facts(:'acme', :'steady', '2026-05-18', 1, 1, 0, 0, 0);
select test.facts(:'acme', :'steady', '2026-05-19', 5000, 100, 20, 4, 40, p_days => 13);
-- Much money, half of it lost; some lost; and the same loss without weight.
select test.campaign(:'acme', 'Burning', p_daily_budget => 100) as burning \gset
select test.facts(:'acme', :'burning', '2026-05-02', 4000, 80, 100, 3.2, 30, p_days => 30);
select test.campaign(:'acme', 'Leaking', p_daily_budget => 99.99) as leaking \gset
select test.facts(:'acme', :'leaking', '2026-05-02', 4000, 80, 100, 16, 80, p_days => 30);
select test.campaign(:'acme', 'Small loss') as small \gset
select test.facts(:'acme', :'small', '2026-05-02', 400, 8, 1, 0.3, 0.3, p_days => 30);
-- A device that eats a third of the spending for nearly nothing; two audiences that are alike.
select test.campaign(:'acme', 'Devices') as devices \gset
select test.facts(:'acme', :'devices', '2026-05-02', 6000, 120, 30, 4.8, 60, p_days => 30);
select test.facts(:'acme', :'devices', '2026-05-02', 2000, 40, 10, 0.4, 4, p_days => 30, p_dimension => 'device', p_subject => 'tablet');
select test.facts(:'acme', :'devices', '2026-05-02', 4000, 80, 20, 4.4, 56, p_days => 30, p_dimension => 'device', p_subject => 'phone');
select test.facts(:'acme', :'devices', '2026-05-02', 3000, 60, 15, 2.3, 28, p_days => 30, p_dimension => 'audience', p_subject => 'women');
select test.facts(:'acme', :'devices', '2026-05-02', 3000, 60, 15, 2.5, 32, p_days => 30, p_dimension => 'audience', p_subject => 'men');
-- Two creatives: one wears out, one does not. The campaign as a whole is not asked then.
select test.campaign(:'acme', 'Creatives') as creatives \gset
select test.facts(:'acme', :'creatives', '2026-05-02', 8000, 160, 30, 6.4, 60, p_days => 30);
insert into campaign_metrics (
  org_id, campaign_id, grain, dimension, subject, day, known_from, currency, impressions, clicks, spend, conversions, revenue)
select :'acme', :'creatives', 'breakdown', 'creative', c.name, date '2026-05-02' + n, 1, 'USD', 4000,
  case c.name when 'Old spot' then 100 - 2 * n else 78 + n % 4 end, 15, 3.2, 30
from generate_series(0, 29) n
cross join (values ('Old spot'), ('Evergreen')) c (name);
-- The nights cost a quarter and bring next to nothing.
select test.campaign(:'acme', 'Nights') as nights \gset
select test.facts(:'acme', :'nights', '2026-05-11', 7200, 144, 48, 7.32, 91.2, p_days => 21);
insert into campaign_metrics (
  org_id, campaign_id, grain, day, hour, known_from, currency, impressions, clicks, spend, conversions, revenue)
select :'acme', :'nights', 'hour', date '2026-05-11' + d, timestamptz '2026-05-11 00:00+00' + d * interval '1 day' + h * interval '1 hour',
  1, 'USD', 300, 6, 2, case when h < 6 then 0.02 else 0.4 end, case when h < 6 then 0.2 else 5 end
from generate_series(0, 20) d
cross join generate_series(0, 23) h;
-- One that stopped ten days ago, when it was losing and had been falling.
select test.campaign(:'acme', 'Ended') as ended \gset
select test.facts(:'acme', :'ended', '2026-05-02', 5000, 100, 100, 1, 10, p_days => 10);
select test.facts(:'acme', :'ended', '2026-05-12', 5000, 40, 100, 1, 10, p_days => 9);
-- One that is paused.
select test.campaign(:'acme', 'Paused', p_status => 'paused') as paused \gset
select test.facts(:'acme', :'paused', '2026-05-02', 4000, 80, 100, 3.2, 30, p_days => 30);

select test.act_as(:'viewer');
create temporary table found as select f.*, c.title from detect_optimization_opportunities() f join campaigns c on c.id = f.campaign_id;
grant select on found to public;

-- Which ones ------------------------------------------------------------------------------------------------------
select results_eq(
  $$select title, subject from found where opportunity_type = 'low_conversion' order by title$$,
  $$values ('Weak', '')$$, 'low conversion: far below the others, unless it pays all the same');
select results_eq(
  $$select title, subject from found where opportunity_type = 'high_traffic_low_conversion' order by title$$,
  $$values ('Traffic', ''), ('Weak', '')$$, 'high traffic, low conversion: the example of the documents, and the one that converts less than others');
select results_eq(
  $$select title, subject from found where opportunity_type = 'declining_performance' order by title$$,
  $$values ('Falling', '')$$, 'declining performance: by volume');
select results_eq(
  $$select title, subject from found where opportunity_type = 'budget_inefficiency' order by title$$,
  $$values ('Burning', ''), ('Leaking', '')$$, 'budget inefficiency: where much is spent');
select results_eq(
  $$select title, subject from found where opportunity_type = 'audience_mismatch' order by title$$,
  $$values ('Devices', 'device:tablet')$$, 'audience mismatch: the device, not the audiences that are alike');
select results_eq(
  $$select title, subject from found where opportunity_type = 'creative_fatigue' order by title$$,
  $$values ('Creatives', 'creative:Old spot'), ('Ended', ''), ('Falling', '')$$, 'creative fatigue: the creative that wears out, and whole campaigns');
select results_eq(
  $$select title, subject from found where opportunity_type = 'timing_optimization' order by title$$,
  $$values ('Nights', '')$$, 'timing: the nights');
select is(
  (select string_agg(opportunity_type, ',') from found where title in ('Ended', 'Paused') or title like 'Usual%'), 'creative_fatigue',
  'an ended campaign is not broken, a paused one is not asked, ordinary ones are left alone');
select is(
  (select severity || (evidence ->> 'is_delivering') || (estimated_impact ->> 'wasted_spend') from found where title = 'Ended'), 'lowfalse0',
  'what wore out before it ended is a note for the next time');

-- What they say -----------------------------------------------------------------------------------------------------
select is((select bool_and(confidence_score between 80 and 100) from found), true, 'each is at least 80 % sure');
select is(
  (select bool_and(proposed_action ? 'action' and estimated_impact ? 'currency' and evidence ? 'at_stake') from found), true,
  'each with an action for a machine, money with its currency, and figures');
select ok(
  (select bool_and(description !~ '\d\.\d{3}' and length(suggested_action) > 20) from found), 'in words without unrounded numbers');
select results_eq(
  $$select severity from found where title in ('Burning', 'Leaking') and opportunity_type = 'budget_inefficiency' order by title$$,
  $$values ('critical'), ('medium')$$, 'severity by the money at stake');
select is(
  (select proposed_action from found where title = 'Burning' and opportunity_type = 'budget_inefficiency'), '{"action": "pause_campaign"}', 'hopeless: pause');
select is(
  (select proposed_action from found where title = 'Leaking' and opportunity_type = 'budget_inefficiency'),
  '{"action": "adjust_budget", "percent": -20, "daily_budget": 79.99, "currency": "USD"}', 'else cut, to the cent');
select is(
  (select estimated_impact from found where title = 'Burning' and opportunity_type = 'budget_inefficiency'),
  '{"savings": 2100.00, "currency": "USD", "period_days": 30}', 'what it loses in 30 days');
select is(
  (select evidence - 'at_stake' from found where title = 'Traffic' and opportunity_type = 'high_traffic_low_conversion'),
  '{"window": "last_30_days", "clicks": 234, "conversions": 3.50, "conversion_rate": 1.4957, "threshold": 2, "sure_below": 2.50, "spend": 72.00, "currency": "USD"}',
  'evidence of the traffic');
select matches(
  (select description from found where title = 'Traffic' and opportunity_type = 'high_traffic_low_conversion'), '234 clicks.*1\.50%', 'in words');
select is(
  (select (evidence ->> 'change_percent')::numeric from found where title = 'Falling' and opportunity_type = 'declining_performance'), -50.0, 'the fall');
select is(
  (select round((evidence ->> 'usual_conversion_rate')::numeric, 2) from found where title = 'Weak' and opportunity_type = 'low_conversion'), 4.00, 'what is usual');
select is(
  (select proposed_action from found where title = 'Devices'),
  '{"action": "exclude_device", "dimension": "device", "device": "tablet"}', 'exclude the device');
select is((select (estimated_impact ->> 'savings')::numeric from found where title = 'Devices'), 257.14, '300 spent, of which 1/7 was worth it');
select is(
  (select proposed_action from found where title = 'Nights'),
  '{"action": "schedule_pause", "hours": [0, 1, 2, 3, 4, 5], "time_zone": "UTC"}', 'which hours');
select is(
  (select proposed_action ->> 'creative' from found where title = 'Creatives'), 'Old spot', 'which creative');
select ok(
  (select (evidence ->> 'ctr_first')::numeric > (evidence ->> 'ctr_middle')::numeric and (evidence ->> 'ctr_middle')::numeric > (evidence ->> 'ctr_last')::numeric
   from found where title = 'Creatives'), 'its way down');
select is(
  (select array_agg(trimtab.severity_rank(severity)) from detect_optimization_opportunities()),
  (select array_agg(trimtab.severity_rank(severity) order by trimtab.severity_rank(severity)) from detect_optimization_opportunities()),
  'critical first');

-- Storing -----------------------------------------------------------------------------------------------------------
select throws_ok(format('select store_detected_opportunities(%L, clock())', :'acme'), '42501', null, 'people do not run the detectors'' storing');
select test.reset();
select test.act_as_engine(:'acme');
select is(store_detected_opportunities(:'acme', clock())::bigint, (select count(*) from found), 'the engine stores them all');
select is(store_detected_opportunities(:'acme', clock()), 0, 'again: none is new');
select is((select max(detected_count) from optimization_opportunities where org_id = :'acme'), 1, 'and none is touched');
select test.reset();
select test.clock_at('2026-06-01 18:30+00');
select test.act_as_engine(:'acme');
select is(store_detected_opportunities(:'acme', clock()), 0, 'nor in the evening');
select is((select max(last_detected_at) from optimization_opportunities where org_id = :'acme'), '2026-06-01 06:30+00', 'still untouched');
select dismiss_opportunity(id, 'known') from optimization_opportunities where org_id = :'acme' and campaign_id = :'leaking';
select is(store_detected_opportunities(:'acme', clock()), 0, 'a dismissed one is not raised again on the same facts');
select test.reset();
select test.facts(:'acme', :'leaking', '2026-05-02', 4000, 80, 100, 6, 40, p_days => 30);
select test.act_as_engine(:'acme');
select is(store_detected_opportunities(:'acme', clock()), 1, 'but when the facts got materially worse');
select is(
  (select array_agg(status order by first_detected_at) from optimization_opportunities where org_id = :'acme' and campaign_id = :'leaking'),
  array['dismissed', 'open'], 'as a row of its own');
select test.reset();

-- Tuning and the past -----------------------------------------------------------------------------------------------
insert into trimtab.settings (name, value, description) values ('detection_limits', '{"min_probability": 1.1}', 'test')
on conflict (name) do update set value = excluded.value;
select is((select count(*) from find_opportunities(:'acme')), 0::bigint, 'who asks for more than certainty gets nothing');
update trimtab.settings set value = '{"mismatch_ratio": 0.05, "timing_ratio": 0.01}' where name = 'detection_limits';
select is(
  (select count(*) from find_opportunities(:'acme') where opportunity_type in ('audience_mismatch', 'timing_optimization')), 0::bigint,
  'other lines, other findings');
update trimtab.settings set value = '{}' where name = 'detection_limits';
select is(
  (select count(*) from find_opportunities(:'acme', '2026-05-24 00:00+00') where opportunity_type = 'declining_performance' and campaign_id = :'falling'),
  0::bigint, 'a week earlier nothing had fallen');
select is((select count(*) from find_opportunities(:'acme', p_known => 0)), 0::bigint, 'and before anything was known nothing was found');
select isnt((select count(*) from find_opportunities(:'acme') where campaign_id = :'falling' and opportunity_type <> 'creative_fatigue'), 0::bigint, 'what is said of a campaign');
update trimtab.campaigns set ends_at = trimtab.clock() - interval '1 hour' where id = :'falling';
select is(
  (select count(*) from find_opportunities(:'acme') where campaign_id = :'falling' and opportunity_type <> 'creative_fatigue'), 0::bigint,
  'is said no more when it ended, whatever it did this week; only what wore out is told, for the next time');
select test.organization('Empty') as empty \gset
select is((select count(*) from find_opportunities(:'empty')), 0::bigint, 'nothing where there is nothing');
select test.facts(:'empty', test.campaign(:'empty', 'One day'), '2026-05-31', 1000, 10, 5, 0, 0);
select is((select count(*) from find_opportunities(:'empty')), 0::bigint, 'nor from one day');

select * from finish();
rollback;
