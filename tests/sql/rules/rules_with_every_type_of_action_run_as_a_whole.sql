begin;
select plan(18);
select test.clock_at('2026-05-10 12:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
update trimtab.guardrails set max_pause_share_percent = 100, max_facts_age_hours = 96;
update trimtab.automation_rules set status = 'paused';
select test.campaign(:'acme', 'Loser', p_daily_budget => 40) as loser \gset
select test.campaign(:'acme', 'Sleeper', p_daily_budget => 40) as sleeper \gset
update trimtab.campaigns set bid = 2 where id = :'loser';
select test.facts(:'acme', c, '2026-04-10', 1000, 100, 20, 1, 5, p_days => 30) from unnest(array[:'loser', :'sleeper']::uuid[]) c;
delete from trimtab.campaign_changes;

select test.act_as(:'manager');
select trimtab.save_rule(format('{
  "name": "Everything", "status": "active", "scope": {"campaigns": ["%s"]},
  "conditions": [{"type": "metric_threshold", "metric": "roas", "operator": "<", "threshold": 0.5, "min_spend": 100}],
  "actions": [
    {"type": "adjust_budget", "change": "percent", "value": -30},
    {"type": "adjust_bid", "change": "absolute", "value": -0.5, "floor": 1},
    {"type": "tag_entity", "tags": ["loses"]},
    {"type": "create_alert", "severity": "high", "title": "It loses"},
    {"type": "assign", "assignee": "role:manager"},
    {"type": "send_notification", "recipients": ["role:manager", "client@example.org"], "message": "Cut."},
    {"type": "webhook", "url": "https://hooks.example.com/x"},
    {"type": "acknowledge_anomaly"},
    {"type": "emit_event", "event": "team.cut", "payload": {"percent": 30}}]}', :'loser')::jsonb) as everything \gset
select trimtab.save_rule(format('{
  "name": "Sleep", "status": "active", "scope": {"campaigns": ["%s"]},
  "conditions": [{"type": "metric_threshold", "metric": "spend", "operator": ">", "threshold": 0}, {"type": "campaign_status", "statuses": ["active"]}],
  "actions": [{"type": "pause_campaign", "message": "Sleep."}]}', :'sleeper')::jsonb) as sleep \gset
select trimtab.save_rule('{
  "name": "Heard", "status": "active", "trigger": {"on": "event", "event": "team.cut"},
  "conditions": [{"type": "event_payload", "field": "percent", "operator": ">=", "value": 30}],
  "actions": [{"type": "create_alert", "title": "A cut was made"}, {"type": "emit_event", "event": "team.heard"}]}') as heard \gset
select trimtab.run_autonomous_operations() as run \gset
select test.reset();

select results_eq(
  format($$select status, jsonb_array_length(actions_executed) from trimtab.automation_executions where rule_id = %L$$, :'everything'),
  $$values ('success', 9)$$, 'nine actions, all of them done');
select is((select jsonb_agg(a -> 'error_message') from trimtab.automation_executions e, jsonb_array_elements(e.actions_executed) a where a ? 'error_message'), null, 'no error');
select results_eq(format($$select daily_budget, bid, tags from trimtab.campaigns where id = %L$$, :'loser'), $$values (28::numeric, 1.5::numeric, '{loses}'::text[])$$, 'budget, bid and tags are as the rule says');
select results_eq($$select action_type, origin, rule_version from trimtab.campaign_changes order by action_type$$,
  $$values ('auto_pause', 'rule', 1), ('auto_scale_down', 'rule', 1), ('bid_adjusted', 'rule', 1)$$, 'the ledger names what was done');
select results_eq(format($$select title, severity, assignee_role, campaign_id is not null from trimtab.alerts where rule_id = %L$$, :'everything'),
  $$values ('It loses', 'high', 'manager', true)$$, 'the alert is assigned');
select results_eq(format($$select kind, status from trimtab.outbox where rule_id = %L order by kind$$, :'everything'),
  $$values ('email', 'pending'), ('in_app', 'delivered'), ('webhook', 'pending')$$, 'the messages are written');
select is((select count(*) from trimtab.outbox o join trimtab.automation_executions e on e.org_id = o.org_id and e.id = o.execution_id where e.rule_id = :'everything'), 3::bigint, 'each names its execution');

select test.clock_at('2026-05-10 13:00+00');
select test.act_as(:'manager');
select trimtab.run_autonomous_operations() as run \gset
select test.reset();
select results_eq(format($$select status, entity_type from trimtab.automation_executions where rule_id = %L$$, :'heard'),
  $$values ('success', 'event')$$, 'another rule heard the event, in this run or the first');
select results_eq($$select payload -> 'caused_by' -> 'depth' from trimtab.events where type = 'team.heard'$$, $$values ('2'::jsonb)$$, 'and says that it is the second in the chain');
select is((select count(*) from trimtab.automation_executions where rule_id = :'everything'), 1::bigint, 'on the same facts the first rule does nothing again');
select is((select status from trimtab.campaigns where id = :'sleeper'), 'paused', 'the sleeper sleeps');

-- Dayparting: what one rule paused another resumes.
select test.act_as(:'manager');
select trimtab.set_rule_status(:'sleep', 'paused');
select trimtab.save_rule(format('{
  "name": "Wake", "status": "active", "scope": {"campaigns": ["%s"]},
  "conditions": [{"type": "time_based", "from": "06:00", "to": "20:00"}, {"type": "campaign_status", "statuses": ["paused"]}],
  "actions": [{"type": "resume_campaign"}]}', :'sleeper')::jsonb) as wake \gset
select trimtab.run_autonomous_operations() as run \gset
select test.reset();
select is((select status from trimtab.campaigns where id = :'sleeper'), 'active', 'a rule wakes what a rule put to sleep');
select test.act_as(:'manager');
update trimtab.campaigns set status = 'paused' where id = :'sleeper';
select test.clock_at('2026-05-11 15:00+00');
select trimtab.run_autonomous_operations() as run \gset
select test.reset();
select is((select status from trimtab.campaigns where id = :'sleeper'), 'paused', 'and not what a person did');
select results_eq(format($$select status from trimtab.automation_executions where rule_id = %L$$, :'wake'), $$values ('success')$$, 'which is no execution');
select results_eq(format($$select code, reason like '%%It was not a rule that paused the campaign last.' from trimtab.held_decisions where rule_id = %L$$, :'wake'),
  $$values ('not_by_rule', true)$$, 'but held back, with the reason');

-- What is recommended.
select test.act_as(:'manager');
select trimtab.save_rule(format('{
  "name": "Take it", "status": "active", "scope": {"campaigns": ["%s"]}, "campaign_cooldown_minutes": 0,
  "conditions": [{"type": "campaign_status", "statuses": ["active"]}],
  "actions": [{"type": "implement_recommendation"}]}', :'loser')::jsonb) as take \gset
select test.reset();
update trimtab.optimization_opportunities set status = 'dismissed';
update trimtab.automation_rules set status = 'paused' where id <> :'take';
select results_eq(format($$select gate, gate_reason from trimtab.decide(%L) where rule_id = %L$$, :'acme', :'take'),
  $$values ('nothing_to_do', 'It has no open opportunity of the kind.')$$, 'without an opportunity there is nothing to do');
insert into trimtab.optimization_opportunities (org_id, campaign_id, opportunity_type, severity, description, suggested_action, proposed_action, confidence_score, first_detected_at, last_detected_at, created_at)
values (:'acme', :'loser', 'creative_fatigue', 'critical', 'Tired.', 'Replace it.', '{"action": "replace_creative"}', 99, trimtab.clock(), trimtab.clock(), trimtab.clock());
select results_eq(format($$select gate, gate_reason from trimtab.decide(%L) where rule_id = %L$$, :'acme', :'take'),
  $$values ('nothing_to_do', 'Its opportunity is for people: Replace it.')$$, 'nor for a rule where it is for people');
insert into trimtab.optimization_opportunities (org_id, campaign_id, opportunity_type, severity, description, suggested_action, proposed_action, confidence_score, first_detected_at, last_detected_at, created_at)
values (:'acme', :'loser', 'budget_inefficiency', 'low', 'Hopeless.', 'Pause it.', '{"action": "pause_campaign"}', 99, trimtab.clock(), trimtab.clock(), trimtab.clock());
select isnt((select gate from trimtab.decide(:'acme') where rule_id = :'take'), 'nothing_to_do', 'with one that a rule can carry out there is');
select * from finish();
rollback;
