begin;
select plan(26);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
update trimtab.guardrails set max_pause_share_percent = 100;
update trimtab.automation_rules set status = 'paused';
select test.member(:'acme', 'manager') as manager \gset
update trimtab.users set email = 'campaign-manager@example.com' where id = test.user_of(:'manager');
select test.running_campaign(:'acme', 'dear') as dear \gset
select test.running_campaign(:'acme', 'cheap', 1000) as cheap \gset
select test.running_campaign(:'acme', 'spent', 1000) as spent \gset
select test.facts(:'acme', :'dear', '2026-03-19', 50000, 500, 300, 2, 900);
select test.facts(:'acme', :'cheap', '2026-03-19', 50000, 500, 300, 60, 900);
select test.facts(:'acme', :'spent', '2026-03-19', 50000, 500, 1001, 100, 9000);
select test.act_as(:'manager');

-- Phase 17, the rule of the page 'Rule Structure', word for word; it names no status, so it begins in shadow.
select trimtab.save_rule('{
  "name": "Pause High CPA Campaigns",
  "rule_type": "campaign_performance",
  "conditions": [
    {"type": "metric_threshold", "metric": "cpa", "operator": ">", "threshold": 50}
  ],
  "condition_logic": "and",
  "actions": [
    {"type": "pause_campaign"},
    {"type": "send_notification", "recipients": ["campaign-manager@example.com"], "message": "Campaign paused due to high CPA"}
  ]
}') as pause_high_cpa \gset
select is(trimtab.run_autonomous_operations() - array['timestamp', 'run_id', 'knowledge_revision', 'actions_taken'],
  '{"success": true, "executed": 0, "shadowed": 1, "held_back": 0, "failed": 0}',
  'in shadow the rule says what it would do');
select results_eq($$select c.title, e.status, e.mode, jsonb_path_query_array(e.actions_executed, '$[*].status') from trimtab.automation_executions e join trimtab.campaigns c on c.id = e.campaign_id$$,
  $$values ('dear', 'skipped', 'shadow', '["skipped", "skipped"]'::jsonb)$$, 'to whom');
select is((select status from trimtab.campaigns where title = 'dear'), 'active', 'and touches nothing');
select is((select count(*) from trimtab.outbox), 0::bigint, 'nor tells anybody');
select is((trimtab.run_autonomous_operations() - 'timestamp') ->> 'shadowed', '0', 'on the same facts it does not say it again');

select trimtab.set_rule_status(:'pause_high_cpa', 'active', 'It was right.');
select is(trimtab.run_autonomous_operations() - array['timestamp', 'run_id', 'knowledge_revision'],
  '{"success": true, "executed": 1, "shadowed": 0, "held_back": 0, "failed": 0, "actions_taken": {"campaigns_paused": 1, "campaigns_scaled": 0, "opportunities_detected": 0}}',
  'active, it acts on what it saw in shadow');
select is((select status from trimtab.campaigns where title = 'dear'), 'paused', 'the campaign is paused');
select results_eq($$select action_type, status, origin, reason from trimtab.campaign_changes where new_state ->> 'status' = 'paused'$$,
  $$values ('auto_pause', 'executed', 'rule', 'Pause High CPA Campaigns: cpa of lifetime is 150 (> 50).')$$, 'the ledger says why');
select results_eq($$select kind, recipients, body ~ '^Campaign paused due to high CPA' from trimtab.outbox$$,
  format($$values ('in_app', array[%L], true)$$, 'user:' || test.user_of(:'manager')), 'the manager is told');
select results_eq($$select e.rule_version, e.status, e.results, e.conditions_evaluated #>> '{0,value}' from trimtab.automation_executions e where mode = 'active'$$,
  $$values (2, 'success', '{"failed": 0, "skipped": 0, "waiting": 0, "succeeded": 2}'::jsonb, '150.0000000000000000')$$, 'the execution names the version, the values, the outcome');
select is(trimtab.can_execute(:'pause_high_cpa'), true, 'it can execute');
select is(trimtab.success_rate(:'pause_high_cpa'), 100.00, 'its success rate is 100 %');

-- Phase 17, the rule of 'Phase 16 Integration', word for word but for its status.
select trimtab.save_rule('{
  "name": "Auto-acknowledge Critical Anomalies",
  "rule_type": "anomaly_response",
  "conditions": [{"type": "anomaly_detected", "severity": "critical", "hours": 1}],
  "actions": [{"type": "acknowledge_anomaly"}, {"type": "send_notification", "channel": "slack"}],
  "status": "active"
}') as acknowledge \gset
select test.reset();
insert into trimtab.anomalies (org_id, campaign_id, kind, metric, window_code, direction, severity, score, starts_at, ends_at, description, facts_revision, detected_at, last_found_at)
select :'acme', c.id, 'spike', 'spend', 'yesterday', 'up', s.severity, 9, '2026-03-19', '2026-03-20', 'by hand', 3, trimtab.clock() - s.age, trimtab.clock() - s.age
from (values ('cheap', 'critical', interval '30 minutes'), ('spent', 'high', interval '30 minutes')) s (title, severity, age)
join trimtab.campaigns c on c.title = s.title;
create or replace function trimtab.store_anomalies(p_org_id uuid, p_run_at timestamptz) returns integer language sql as $$ select 0 $$;
select test.act_as(:'manager');
select is(trimtab.run_autonomous_operations() -> 'executed', '1', 'a critical anomaly is answered');
select results_eq($$select c.title, a.status, a.acknowledged_by_rule from trimtab.anomalies a join trimtab.campaigns c on c.id = a.campaign_id order by 1$$,
  format($$values ('cheap', 'acknowledged', %L::uuid), ('spent', 'open', null)$$, :'acknowledge'), 'by acknowledging it, and no other');
select is((select count(*) from trimtab.outbox where kind = 'slack'), 1::bigint, 'and a message to Slack');

-- Phase 25, 'campaign budget spent, pause campaign and notify team'.
select trimtab.save_rule('{"rule_name": "If campaign budget spent, pause campaign and notify team", "trigger_type": "condition", "trigger_config": {},
  "conditions": [{"field": "campaign.budget_utilization", "operator": ">=", "value": 100}], "condition_logic": "all",
  "actions": [{"type": "pause_campaign"}, {"type": "send_notification", "recipients": ["role:analyst", "role:manager"]}],
  "execute_sequentially": true, "stop_on_error": true, "status": "active"}') as spent_rule \gset
select is(trimtab.run_autonomous_operations() #> '{actions_taken,campaigns_paused}', '1', 'a spent budget pauses');
select is((select status from trimtab.campaigns where title = 'spent'), 'paused', 'the campaign whose it was');

-- Phase 25, use case 2: crisis management.
update trimtab.campaigns set tags = '{spring}' where title = 'cheap';
select trimtab.save_rule('{"rule_name": "Crisis management", "trigger_type": "event", "trigger_config": {"event": "mention.received"},
  "conditions": [
    {"field": "sentiment", "operator": "<", "value": -0.5},
    {"field": "engagement_rate", "operator": ">", "value": 5},
    {"field": "author.followers", "operator": ">", "value": 10000}],
  "actions": [
    {"type": "create_alert", "severity": "high", "title": "Negative mention", "message": "It spreads."},
    {"type": "assign", "assignee": "role:manager"},
    {"type": "send_notification", "channel": "slack", "message": "A negative mention spreads."},
    {"type": "pause_campaign"}],
  "scope": {"related": true}, "execute_sequentially": true, "status": "active"}');
create function pg_temp.mention(p_sentiment numeric, p_rate numeric, p_followers integer) returns jsonb language sql as $$
  select trimtab.submit_event('mention.received', jsonb_build_object(
    'sentiment', p_sentiment, 'engagement_rate', p_rate, 'author', jsonb_build_object('followers', p_followers), 'tags', '["spring"]'::jsonb))
$$;
select is(pg_temp.mention(-0.5, 6, 20000) -> 'executed', '0', 'a mention that is not quite negative sets off nothing');
select is(pg_temp.mention(-0.8, 5, 20000) -> 'executed', '0', 'nor one that does not spread');
select is(pg_temp.mention(-0.8, 6, 10000) -> 'executed', '0', 'nor one of somebody with few followers');
select is(trimtab.submit_event('mention.received', '{"sentiment": null, "engagement_rate": null}') -> 'executed', '0', 'nor one without figures');
select is(pg_temp.mention(-0.8, 6, 20000) - 'event_id', '{"judged": true, "executed": 1, "shadowed": 0, "held_back": 0, "failed": 0}', 'a crisis does');
select results_eq($$select severity, title, assignee_role from trimtab.alerts$$, $$values ('high', 'Negative mention', 'manager')$$, 'it raises an alert, with the manager');
select is((select count(*) from trimtab.outbox where kind = 'slack' and body ~ 'A negative mention spreads'), 1::bigint, 'tells Slack');
select is((select status from trimtab.campaigns where title = 'cheap'), 'paused', 'and pauses the related campaign');
select results_eq($$select jsonb_path_query_array(e.actions_executed, '$[*].status'), e.entity_type, e.campaign_id from trimtab.automation_executions e where e.event_id is not null$$,
  $$values ('["success", "success", "success", "success"]'::jsonb, 'event', null::uuid)$$, 'in one execution');
select test.reset();
select * from finish();
rollback;
