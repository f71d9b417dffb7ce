-- Sections 1, 4 and 7 of the setup guide, with the schema public read as trimtab. What section 6 prints is a file of its own.
begin;
select plan(12);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
-- Scenario A: a high budget, very poor targeting, over 24 hours with roi below 0.8.
select test.running_campaign(:'acme', 'Poor targeting', 200, 1.25) as poor \gset
select test.facts(:'acme', :'poor', '2026-03-19', 20000, 400, 200, 14, 140);
-- Scenario B: a moderate budget, more than 15 conversions with roi above 3.5.
select test.running_campaign(:'acme', 'Proven audience', 100, 10) as proven \gset
select test.facts(:'acme', :'proven', '2026-03-19', 20000, 400, 200, 18, 740);

select test.act_as(:'manager');
set local search_path to trimtab, test, public;

select is(array(select table_name::text from (
SELECT table_name FROM information_schema.tables 
WHERE table_schema = 'trimtab' 
AND table_name IN ('autonomous_actions', 'autonomous_rules', 'optimization_opportunities')
) printed order by 1), array['autonomous_actions', 'autonomous_rules', 'optimization_opportunities'], 'the three tables are there');
select is(array(select routine_name::text from (
SELECT routine_name FROM information_schema.routines 
WHERE routine_schema = 'trimtab' 
AND routine_name IN (
  'identify_underperforming_campaigns',
  'identify_scaling_candidates', 
  'detect_optimization_opportunities',
  'auto_pause_campaign',
  'auto_scale_campaign',
  'run_autonomous_operations'
)
) printed order by 1), array['auto_pause_campaign', 'auto_scale_campaign', 'detect_optimization_opportunities', 'identify_scaling_candidates',
  'identify_underperforming_campaigns', 'run_autonomous_operations'], 'the six functions are there');
select results_eq($$
SELECT rule_name, rule_type, is_active, priority 
FROM autonomous_rules 
ORDER BY priority DESC
$$, $$values ('Critical ROI Pause', 'pause', true, 100), ('Low ROI Pause', 'pause', true, 90),
  ('Exceptional ROI Aggressive Scale', 'scale', true, 85), ('High ROI Scale', 'scale', true, 80)$$, 'the four default rules are there');

select run_autonomous_operations();
select is((select status from campaigns where id = :'poor'), 'active',
  'scenario A: the rule as delivered asks for 48 hours, so after 30 hours at roi 0.7 nothing happens yet');
UPDATE autonomous_rules
SET condition = '{"metric": "roi", "operator": "<", "threshold": 0.8, "min_spend": 100, "min_duration_hours": 24}'::JSONB
WHERE rule_name = 'Low ROI Pause';
select run_autonomous_operations();
select is((select status from campaigns where id = :'poor'), 'paused', 'scenario A: tuned to 24 hours and 0.8 it is paused');

select is((select count(*) from (
SELECT 
  c.title, c.status, 
  cp.roi, cp.total_spend,
  aa.action_type, aa.reason, aa.confidence_score
FROM campaigns c
JOIN campaign_performance cp ON c.id = cp.campaign_id
LEFT JOIN autonomous_actions aa ON c.id = aa.campaign_id
WHERE aa.action_type = 'auto_pause'
ORDER BY aa.created_at DESC
LIMIT 5) a where title = 'Poor targeting' and status = 'paused' and roi = 0.7 and total_spend = 200 and confidence_score > 0), 1::bigint,
  'scenario A: its query finds the pause with its figures');
select is((select budget || ' ' || old_budget || ' ' || new_budget || ' ' || conversions from (
SELECT 
  c.title, c.budget,
  cp.roi, cp.conversions,
  aa.action_type, aa.previous_state->>'budget' as old_budget,
  aa.new_state->>'budget' as new_budget,
  aa.confidence_score
FROM campaigns c
JOIN campaign_performance cp ON c.id = cp.campaign_id
LEFT JOIN autonomous_actions aa ON c.id = aa.campaign_id
WHERE aa.action_type = 'auto_scale_up'
ORDER BY aa.created_at DESC
LIMIT 5) b), '150.00 100 150.00 18', 'scenario B: its query finds the scaling from 100 to 150');

select results_eq($$
SELECT c.title, cp.roi, cp.ctr, cp.total_spend, 
       EXTRACT(EPOCH FROM (NOW() - c.created_at))/3600 >= 0 as hours_running
FROM campaigns c
JOIN campaign_performance cp ON c.id = cp.campaign_id
WHERE c.status = 'active'
$$, $$values ('Proven audience', 3.70, 2.00, 200::numeric, true)$$, 'debugging: the performance of active campaigns');
select is((select count(*) from (SELECT * FROM autonomous_rules WHERE is_active = true) r), 4::bigint, 'debugging: the active rules');
select lives_ok('SELECT * FROM identify_underperforming_campaigns(50.0, 1.0, 24)', 'debugging: the losers');
select lives_ok('SELECT * FROM identify_scaling_candidates(3.0, 10, 3.0)', 'debugging: the winners');
select is_empty($$SELECT * FROM autonomous_actions WHERE status = 'failed' ORDER BY created_at DESC$$, 'debugging: the failed actions');
select * from finish();
rollback;
