begin;
select plan(8);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
select test.member(:'acme', 'admin') as manager \gset
update trimtab.automation_rules set status = 'paused' where org_id = :'acme';
update trimtab.guardrails set max_pause_share_percent = 100;
select test.running_campaign(:'acme', 'poor', 100) as poor \gset
select test.running_campaign(:'acme', 'other', 100) as other \gset
-- ROI 0.47 of few sales: hardly below 0.5, surely below 1.
select test.facts(:'acme', :'poor', '2026-03-01', 5000, 300, 100, 4, 47, p_days => 19);
select test.facts(:'acme', :'other', '2026-03-01', 5000, 300, 100, 20, 300, p_days => 19);
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "Dreadful", "status": "active", "priority": 90, "min_confidence": 95,
  "conditions": [{"metric": "roi", "operator": "<", "threshold": 0.5}], "actions": [{"type": "pause_campaign"}]}') as dreadful \gset
select trimtab.save_rule('{"name": "Losing", "status": "active", "priority": 50,
  "conditions": [{"metric": "roi", "operator": "<", "threshold": 1}], "actions": [{"type": "pause_campaign"}]}') as losing \gset
select trimtab.save_rule('{"name": "Watching", "status": "shadow", "priority": 10,
  "conditions": [{"metric": "roi", "operator": "<", "threshold": 1}], "actions": [{"type": "pause_campaign"}]}') as watching \gset
select results_eq('select rule_name, gate, confidence_score > 95 from trimtab.decide(trimtab.current_org_id())', $$values
  ('Dreadful', 'low_confidence', false), ('Losing', null, true), ('Watching', 'lower_priority', true)$$, 'the surer one decides, though the other goes before it');
select is((select gate_reason from trimtab.decide(trimtab.current_org_id()) where rule_name = 'Watching'), 'Losing has a higher priority (50).', 'and is who others stand behind');
select is(array(select trimtab.explain_rule(r::uuid, :'poor') #>> '{gate,code}' from unnest(array[:'dreadful', :'losing', :'watching']) r),
  array['low_confidence', null, 'lower_priority'], 'an explanation says the same');
select trimtab.change_rule(:'dreadful', '{"min_confidence": 0}');
update trimtab.guardrails set min_confidence_percent = 0;
select results_eq('select rule_name, gate from trimtab.decide(trimtab.current_org_id())', $$values
  ('Dreadful', null), ('Losing', 'lower_priority'), ('Watching', 'lower_priority')$$, 'as soon as it is sure enough, it decides');
select is(array(select trimtab.explain_rule(r::uuid, :'poor') #>> '{gate,code}' from unnest(array[:'dreadful', :'losing', :'watching']) r),
  array[null, 'lower_priority', 'lower_priority'], 'in explanations, too');
select is(trimtab.run_organization(:'acme') -> 'executed', '1', 'one acts');
select is((select r.name from trimtab.automation_executions e join trimtab.automation_rules r on r.id = e.rule_id where e.mode = 'active'), 'Dreadful', 'the one that decided');
select is((select status from trimtab.campaigns where id = :'poor'), 'paused', 'the campaign is paused');
select * from finish();
rollback;
