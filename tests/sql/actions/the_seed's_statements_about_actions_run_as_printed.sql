-- Seed 003 §4 (what verifies A and B, and D) and §7, as a manager whose search_path begins with trimtab; only the two placeholders are filled in.
begin;
select plan(11);
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
insert into trimtab.campaigns (org_id, title, platform, status, budget, currency)
values (:'acme', 'Spring', 'meta', 'Active', 100, 'USD') returning id as campaign_uuid \gset
insert into trimtab.campaigns (org_id, title, status, budget, currency)
values (:'acme', 'Summer', 'Active', 100, 'USD') returning id as summer \gset
select test.clock_at('2026-03-20 10:00+00');
set role trimtab_definer;
select trimtab.record_failed_action(:'acme', :'campaign_uuid', 'auto_pause', 'ROI 0.3', '55P03', 'lock timeout', '{"status": "paused"}');
reset role;
select test.clock_at('2026-03-20 11:00+00');
set role trimtab_definer;
select trimtab.record_failed_action(:'acme', :'summer', 'auto_scale_up', 'ROI 4', '23514', 'too much', '{"budget": 150}');
reset role;

select test.act_as(:'manager');
set local search_path to trimtab, public;
select auto_pause_campaign(:'campaign_uuid', 'ROI 0.3') as action_uuid \gset

prepare failed as
SELECT * FROM autonomous_actions WHERE status = 'failed' ORDER BY created_at DESC;
prepare details as
SELECT 
  campaign_id, action_type, reason,
  previous_state, new_state,
  created_at
FROM autonomous_actions 
WHERE status = 'failed';
select results_eq('execute failed', $$select * from autonomous_actions where error_code is not null order by number desc$$, '§7 failed actions, newest first');
select set_eq('execute details',
  format($$values
    (%L::uuid, 'auto_pause', 'ROI 0.3', '{"bid": null, "budget": 100, "status": "active", "bid_strategy": null, "daily_budget": null}'::jsonb,
      '{"bid": null, "budget": 100, "status": "paused", "bid_strategy": null, "daily_budget": null}'::jsonb, timestamptz '2026-03-20 10:00+00'),
    (%L, 'auto_scale_up', 'ROI 4', '{"bid": null, "budget": 100, "status": "active", "bid_strategy": null, "daily_budget": null}',
      '{"bid": null, "budget": 150, "status": "active", "bid_strategy": null, "daily_budget": null}', '2026-03-20 11:00+00')$$, :'campaign_uuid', :'summer'),
  '§7 error details: what was, and what was wanted');

prepare action_status as
SELECT * FROM autonomous_actions WHERE id = :'action_uuid';
select is((select count(*) from autonomous_actions where id = :'action_uuid' and status = 'executed'), 1::bigint, '§7 action status');
select results_eq('execute action_status', format('select * from autonomous_actions where id = %L', :'action_uuid'), '§7 action status runs as printed');

-- Manual rollback (restore campaign status)
UPDATE campaigns 
SET status = 'active', budget = 150.00 
WHERE id = :'campaign_uuid';

-- Mark action as rolled back
UPDATE autonomous_actions 
SET status = 'rolled_back' 
WHERE id = :'action_uuid';
select results_eq(format('select status, budget from campaigns where id = %L', :'campaign_uuid'), $$values ('active', 150.00)$$, '§7 manual rollback: the campaign');
select is((select status from autonomous_actions where id = :'action_uuid'), 'rolled_back', '§7 manual rollback: the action');

-- Scenario D: an executed action, its rollback, the campaign as before; in one call.
select auto_scale_campaign(:'summer', 150, 'ROI 4') as action_uuid \gset
select is((select new_state ->> 'budget' from autonomous_actions where id = :'action_uuid' and status = 'executed'), '150.00', 'scenario D: an executed action');
select rollback_action(:'action_uuid');
select is((select status from autonomous_actions where id = :'action_uuid'), 'rolled_back', 'scenario D: is rolled back');
select is((select budget from campaigns where id = :'summer'), 100::numeric, 'scenario D: and the campaign is as before');

-- Scenarios A and B: how a pause and a scaling are verified.
select test.reset();
insert into trimtab.knowledge_revisions (org_id, revision, published_at) values (:'acme', 1, '2026-03-20 06:00+00');
insert into trimtab.campaign_metrics (org_id, campaign_id, grain, day, known_from, currency, spend, revenue, conversions)
values (:'acme', :'campaign_uuid', 'day', '2026-03-19', 1, 'USD', 200, 60, 1), (:'acme', :'summer', 'day', '2026-03-19', 1, 'USD', 100, 410, 18);
select test.act_as(:'manager');
select auto_pause_campaign(:'campaign_uuid', 'ROI 0.3', 97.5);
select test.clock_at('2026-03-20 12:00+00');
select auto_scale_campaign(:'summer', 150, 'ROI 4.1', 92);

prepare scenario_a as
SELECT 
  c.title, c.status, 
  cp.roi, cp.total_spend,
  aa.action_type, aa.reason, aa.confidence_score
FROM campaigns c
JOIN campaign_performance cp ON c.id = cp.campaign_id
LEFT JOIN autonomous_actions aa ON c.id = aa.campaign_id
WHERE aa.action_type = 'auto_pause'
ORDER BY aa.created_at DESC
LIMIT 5;
prepare scenario_b as
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
LIMIT 5;
create temporary table a as execute scenario_a;
create temporary table b as execute scenario_b;
select results_eq($$select title, status, roi::numeric(5,2), total_spend::numeric(5,2), action_type, reason, confidence_score from a where confidence_score = 97.5$$,
  $$values ('Spring', 'paused', 0.30, 200.00, 'auto_pause', 'ROI 0.3', 97.50::numeric(5,2))$$, 'scenario A: the pause with its figures');
select results_eq($$select title, budget, roi::numeric(5,2), conversions::integer, action_type, old_budget, new_budget, confidence_score from b limit 1$$,
  $$values ('Summer', 150.00, 4.10, 18, 'auto_scale_up', '100', '150.00', 92.00::numeric(5,2))$$, 'scenario B: the scaling with its figures, newest first');
select * from finish();
rollback;
