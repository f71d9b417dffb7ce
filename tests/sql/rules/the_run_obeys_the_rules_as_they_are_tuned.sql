-- The updates are those that the setup guide prints, in a manager's session.
begin;
select plan(17);

select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.organization('Other', 'UTC', 'USD') as other \gset
select test.member(:'acme', 'manager') as manager \gset
update trimtab.guardrails set max_pause_share_percent = 100;
select test.running_campaign(:'acme', 'roi 1.3') as meagre \gset
select test.running_campaign(:'acme', 'roi 2.7', 100) as good \gset
select test.running_campaign(:'acme', 'roi 3.5', 15000) as rich \gset
select test.facts(:'acme', :'meagre', '2026-03-19', 50000, 500, 400, 52, 520);
select test.facts(:'acme', :'good', '2026-03-19', 50000, 500, 300, 50, 810);
select test.facts(:'acme', :'rich', '2026-03-19', 50000, 500, 300, 50, 1050);

select test.act_as(:'manager');
set local search_path to trimtab, test, public;

select is((select array_agg(campaign_title || ': ' || coalesce(gate, 'go')) from decide(current_org_id())),
  array['roi 3.5: at_cap'], 'as delivered, the rules act on none of the three');

-- More aggressive: pause below 1.5.
UPDATE autonomous_rules
SET condition = '{"metric": "roi", "operator": "<", "threshold": 1.5, "min_spend": 100}'::JSONB
WHERE rule_name = 'Low ROI Pause';
select is((select array_agg(campaign_title) from decide(current_org_id()) where action_type = 'auto_pause' and gate is null),
  array['roi 1.3'], 'a raised threshold is obeyed by the next decision');

-- Lower scaling threshold.
UPDATE autonomous_rules
SET condition = '{"metric": "roi", "operator": ">=", "threshold": 2.5, "min_conversions": 5}'::JSONB
WHERE rule_name = 'High ROI Scale';
select is((select new_budget from decide(current_org_id()) where campaign_title = 'roi 2.7' and gate is null), 150::numeric,
  'a lowered threshold scales what it did not before');

-- Raise the cap: 15,000 × 1.5 = 22,500 is more than 20,000, and the cap holds after multiplying.
UPDATE autonomous_rules
SET action = '{"type": "auto_scale_up", "multiplier": 1.5, "max_budget": 20000}'::JSONB
WHERE rule_name = 'High ROI Scale';
select is((select new_budget from decide(current_org_id()) where campaign_title = 'roi 3.5' and gate is null), 20000::numeric,
  'the new cap is obeyed, after multiplying');
UPDATE autonomous_rules
SET action = '{"type": "auto_scale_up", "multiplier": 1.2, "max_budget": 20000}'::JSONB
WHERE rule_name = 'High ROI Scale';
select is((select new_budget from decide(current_org_id()) where campaign_title = 'roi 2.7' and gate is null), 120::numeric,
  'a changed multiplier is obeyed');

-- Switch one off, then all.
UPDATE autonomous_rules
SET is_active = false
WHERE rule_name = 'Low ROI Pause';
select is((select count(*) from decide(current_org_id()) where action_type = 'auto_pause'), 0::bigint, 'a rule that is off decides nothing');
UPDATE autonomous_rules SET is_active = false;
select is((select count(*) from autonomous_rules where is_active), 0::bigint, 'all are off');
select is((select count(*) from autonomous_rules), 4::bigint, 'and still listed, so that they can be switched on again');
select is((run_autonomous_operations() -> 'actions_taken') - 'opportunities_detected'::text,
  '{"campaigns_paused": 0, "campaigns_scaled": 0}', 'with all rules off a run acts on nothing');
select is((select count(*) from campaign_changes), 0::bigint, 'and the ledger is empty');
select is((select count(*) from held_decisions), 0::bigint, 'nor is anything held back');

UPDATE autonomous_rules SET is_active = true;
select is((run_autonomous_operations() -> 'actions_taken') - 'opportunities_detected'::text,
  '{"campaigns_paused": 1, "campaigns_scaled": 2}', 'switched on again they act');

select is((select array_agg(v.version order by v.version) from rule_versions v join autonomous_rules r on r.id = v.rule_id
           where r.rule_name = 'High ROI Scale'), array[1, 2, 3, 4, 5, 6], 'every change is a version');
select is((select document ->> 'status' from rule_versions v join autonomous_rules r on r.id = v.rule_id
           where r.rule_name = 'High ROI Scale' and v.version = 5), 'paused', 'which keeps what it said');
select is((select changed_by from rule_versions v join autonomous_rules r on r.id = v.rule_id
           where r.rule_name = 'High ROI Scale' and v.version = 5), test.user_of(:'manager'), 'and who said it');
select is((select count(*) from audit_log where entity_type = 'rule' and action = 'rule.updated' and user_id = test.user_of(:'manager')),
  12::bigint, 'the audit log has each change of a rule');

select test.reset();
select is((select count(*) from trimtab.automation_rules where org_id = :'other' and (status <> 'active' or version > 1)), 0::bigint,
  'an update without a condition does not reach another organization');

select * from finish();
rollback;
