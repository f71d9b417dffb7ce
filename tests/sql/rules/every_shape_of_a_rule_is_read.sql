-- The documents as the seeds print them; what each of them means is written out here by hand.
begin;
set local search_path to trimtab, test, public;
select plan(44);
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
delete from trimtab.automation_rules where org_id = :'acme';

-- What is understood is kept, and saved at the end as it stands.
create temp table given (document jsonb, understood jsonb);
grant select on given to public;
create function pg_temp.read(p_document jsonb) returns jsonb language sql as $$
  insert into pg_temp.given select p_document, n.document from trimtab.normalize_rule(p_document) n where n.document is not null;
  select coalesce(n.document, to_jsonb(n.faults)) from trimtab.normalize_rule(p_document) n $$;

-- Phase 17: the three examples.
select is(pg_temp.read('{
  "name": "Pause High CPA Campaigns",
  "rule_type": "campaign_performance",
  "conditions": [
    {
      "type": "metric_threshold",
      "metric": "cpa",
      "operator": ">",
      "threshold": 50
    }
  ],
  "condition_logic": "and",
  "actions": [
    {
      "type": "pause_campaign"
    },
    {
      "type": "send_notification",
      "recipients": ["campaign-manager@example.com"],
      "message": "Campaign paused due to high CPA"
    }
  ]
}'), '{
  "name": "Pause High CPA Campaigns", "rule_type": "campaign_performance", "status": "shadow", "priority": 50,
  "trigger": {"on": "run"}, "scope": {},
  "conditions": {"all": [{"type": "metric_threshold", "metric": "cpa", "window": "lifetime", "operator": ">", "threshold": 50}]},
  "actions": [{"type": "pause_campaign"},
    {"type": "send_notification", "channel": "in_app", "recipients": ["campaign-manager@example.com"], "message": "Campaign paused due to high CPA"}],
  "execution": "in_order", "stop_on_error": true, "delay_between_actions_seconds": 0,
  "cooldown_minutes": 0, "campaign_cooldown_minutes": 60}', 'type, metric, operator, threshold; a rule without a status starts in shadow');

select is(pg_temp.read('{
  "name": "Auto-acknowledge Critical Anomalies",
  "rule_type": "anomaly_response",
  "conditions": [
    {
      "type": "anomaly_detected",
      "severity": "critical",
      "hours": 1
    }
  ],
  "actions": [
    {
      "type": "acknowledge_anomaly"
    },
    {
      "type": "send_notification",
      "channel": "slack"
    }
  ]
}') - array['name', 'rule_type', 'scope', 'trigger', 'priority', 'execution', 'stop_on_error', 'delay_between_actions_seconds', 'cooldown_minutes', 'campaign_cooldown_minutes'],
  '{"status": "shadow", "conditions": {"all": [{"type": "anomaly_detected", "severity": "critical", "hours": 1}]},
    "actions": [{"type": "acknowledge_anomaly"}, {"type": "send_notification", "channel": "slack"}]}', 'an answer to anomalies');

select is(pg_temp.read('{
    "org_id": "7a0d1c9e-0000-4000-8000-000000000001",
    "created_by": "7a0d1c9e-0000-4000-8000-000000000002",
    "name": "Pause High CPA Campaigns",
    "rule_type": "campaign_performance",
    "entity_type": "campaign",
    "conditions": [
        {"type": "metric_threshold", "metric": "cpa", "operator": ">", "threshold": 50}
    ],
    "actions": [
        {"type": "pause_campaign"},
        {"type": "send_notification", "recipients": ["admin@example.com"]}
    ],
    "status": "active",
    "cooldown_minutes": 60
}') - array['name', 'rule_type', 'trigger', 'priority', 'execution', 'stop_on_error', 'delay_between_actions_seconds'], '{
  "status": "active", "scope": {}, "cooldown_minutes": 60, "campaign_cooldown_minutes": 60,
  "conditions": {"all": [{"type": "metric_threshold", "metric": "cpa", "window": "lifetime", "operator": ">", "threshold": 50}]},
  "actions": [{"type": "pause_campaign"}, {"type": "send_notification", "channel": "in_app", "recipients": ["admin@example.com"]}]}',
  'a status that is given is honoured; what the caller does not decide is left out');

-- The analysis: dotted paths, words of priority.
select is(pg_temp.read('{
    "org_id": "7a0d1c9e-0000-4000-8000-000000000001",
    "created_by": "7a0d1c9e-0000-4000-8000-000000000002",
    "name": "Pause high CPA campaigns",
    "description": "Automatically pause campaigns with CPA > $50",
    "rule_type": "campaign_performance",
    "entity_type": "campaign",
    "conditions": [
        {
            "field": "metrics.cpa",
            "operator": ">",
            "value": 50
        }
    ],
    "condition_logic": "and",
    "actions": [
        {
            "type": "pause_campaign",
            "message": "CPA exceeded threshold"
        },
        {
            "type": "send_notification",
            "recipients": ["manager@example.com"]
        }
    ],
    "priority": "high",
    "status": "active",
    "enabled": true,
    "cooldown_minutes": 60
}') - array['name', 'rule_type', 'trigger', 'scope', 'execution', 'stop_on_error', 'delay_between_actions_seconds'], '{
  "description": "Automatically pause campaigns with CPA > $50", "status": "active", "priority": 75,
  "cooldown_minutes": 60, "campaign_cooldown_minutes": 60,
  "conditions": {"all": [{"type": "metric_threshold", "metric": "cpa", "window": "lifetime", "operator": ">", "threshold": 50}]},
  "actions": [{"type": "pause_campaign", "message": "CPA exceeded threshold"},
    {"type": "send_notification", "channel": "in_app", "recipients": ["manager@example.com"]}]}', 'field, operator, value with a dotted path');

-- Phase 21: rules of orchestrations.
select is(pg_temp.read('{"name": "Pause underperforming platforms", "rule_type": "pause_underperforming", "trigger": "performance",
    "trigger_conditions": [{"metric": "roas", "operator": "<", "value": 1}], "actions": [{"type": "pause_campaign"}],
    "enabled": true, "priority": "critical", "orchestration_id": null}') - array['name', 'rule_type', 'scope', 'execution', 'stop_on_error', 'delay_between_actions_seconds', 'cooldown_minutes', 'campaign_cooldown_minutes'], '{
  "status": "active", "priority": 100, "trigger": {"on": "run"},
  "conditions": {"all": [{"type": "metric_threshold", "metric": "roas", "window": "lifetime", "operator": "<", "threshold": 1}]},
  "actions": [{"type": "pause_campaign"}]}', 'trigger, trigger_conditions, enabled; no fraction is guessed where roas is none');
select is(pg_temp.read('{"name": "Reallocate", "rule_type": "budget_reallocation", "trigger": "manual",
    "trigger_conditions": {"metric": "roas", "operator": ">=", "threshold": 3}, "actions": {"type": "increase_budget", "value": 20}, "enabled": false, "priority": "low"}')
  -> 'status', '"paused"', 'switched off is paused');
select is(pg_temp.read('{"name": "Scale winners", "rule_type": "scale_winners", "trigger": "schedule", "trigger_conditions": {"all": [{"metric": "roas", "operator": ">", "threshold": 3}]},
    "actions": [{"type": "auto_scale_up", "multiplier": 1.2}], "enabled": true}') -> 'actions',
  '[{"type": "adjust_budget", "change": "percent", "value": 20}]', 'scaling winners');
select is(pg_temp.read('{"name": "Rotate", "rule_type": "creative_rotation", "trigger": "performance", "trigger_conditions": [{"metric": "frequency", "operator": ">", "threshold": 4}], "actions": [{"type": "create_alert"}]}') ->> 'rule_type',
  'creative_rotation', 'all four types of an orchestration''s rules are labels');

-- Phase 25: the crisis use case; what it says in prose, in its own columns.
select is(pg_temp.read('{
  "rule_name": "Crisis management", "category": "social", "trigger_type": "event", "trigger_config": {"event": "mention.received"},
  "conditions": [
    {"field": "sentiment", "operator": "<", "value": -0.5},
    {"field": "engagement_rate", "operator": ">", "value": 5},
    {"field": "author.followers", "operator": ">", "value": 10000}
  ],
  "condition_logic": "all",
  "actions": [
    {"type": "create_alert", "params": {"severity": "high", "title": "Negative mention"}},
    {"type": "assign", "params": {"assignee": "role:manager"}},
    {"type": "send_notification", "params": {"channel": "slack"}},
    {"type": "pause_campaign"}
  ],
  "execute_sequentially": true, "delay_between_actions_seconds": 0, "stop_on_error": false, "status": "active",
  "max_executions_per_day": 10, "scope": {"related": true}}'), '{
  "name": "Crisis management", "category": "social", "rule_type": "campaign_performance", "status": "active", "priority": 50,
  "trigger": {"on": "event", "event": "mention.received"}, "scope": {"related": true},
  "conditions": {"all": [
    {"type": "event_payload", "field": "sentiment", "operator": "<", "value": -0.5},
    {"type": "event_payload", "field": "engagement_rate", "operator": ">", "value": 5},
    {"type": "event_payload", "field": "author.followers", "operator": ">", "value": 10000}]},
  "actions": [{"type": "create_alert", "severity": "high", "title": "Negative mention"}, {"type": "assign", "assignee": "role:manager"},
    {"type": "send_notification", "channel": "slack"}, {"type": "pause_campaign"}],
  "execution": "in_order", "stop_on_error": false, "delay_between_actions_seconds": 0,
  "cooldown_minutes": 0, "campaign_cooldown_minutes": 60, "max_executions_per_day": 10}', 'the crisis use case: in an event''s rule a bare field is one of the payload');
select is(pg_temp.read('{"rule_name": "If campaign budget spent, pause campaign and notify team", "trigger_type": "condition", "trigger_config": {},
  "conditions": [{"field": "campaign.budget_utilization", "operator": ">=", "value": 100}], "condition_logic": "all",
  "actions": [{"type": "pause_campaign"}, {"type": "send_notification", "params": {"recipients": ["role:manager"], "message": "The budget is spent."}}],
  "execute_sequentially": false, "status": "active"}') - array['name', 'rule_type', 'scope', 'status', 'priority', 'stop_on_error', 'delay_between_actions_seconds', 'cooldown_minutes', 'campaign_cooldown_minutes'], '{
  "trigger": {"on": "run"}, "execution": "independent",
  "conditions": {"all": [{"type": "metric_threshold", "metric": "budget_utilization", "operator": ">=", "threshold": 100}]},
  "actions": [{"type": "pause_campaign"}, {"type": "send_notification", "channel": "in_app", "recipients": ["role:manager"], "message": "The budget is spent."}]}',
  'if the budget is spent, pause and notify the team; a live metric has no window');
select is(pg_temp.read('{"rule_name": "If negative mention detected, create alert and assign to manager", "trigger_type": "event",
  "trigger_config": {"event": "mention.received"}, "conditions": [{"field": "sentiment", "operator": "<", "value": 0}], "condition_logic": "any",
  "actions": [{"type": "create_alert"}, {"type": "assign", "params": {"assignee": "role:manager"}}]}') -> 'conditions',
  '{"all": [{"any": [{"type": "event_payload", "field": "sentiment", "operator": "<", "value": 0}]}]}', 'any of the conditions');
select is(pg_temp.read('{"rule_name": "x", "trigger_type": "condition", "condition_logic": "custom",
  "conditions": {"any": [{"metric": "ctr", "operator": "<", "threshold": 1}, {"not": {"metric": "roas", "operator": ">", "threshold": 2}}]},
  "actions": [{"type": "pause_campaign"}]}') -> 'conditions',
  '{"all": [{"any": [{"type": "metric_threshold", "metric": "ctr", "window": "lifetime", "operator": "<", "threshold": 1},
    {"not": {"type": "metric_threshold", "metric": "roas", "window": "lifetime", "operator": ">", "threshold": 2}}]}]}', 'custom: the groups say how');

-- The engine's templates, with its percent metrics as fractions.
select is(pg_temp.read('{"name": "Pause High CPA", "condition": {"metric": "cpa", "operator": ">", "value": 50}, "action": {"type": "pause_underperforming"}, "is_active": true}')
  - array['name', 'rule_type', 'trigger', 'scope', 'priority', 'execution', 'stop_on_error', 'delay_between_actions_seconds', 'cooldown_minutes', 'campaign_cooldown_minutes'],
  '{"status": "active", "conditions": {"all": [{"type": "metric_threshold", "metric": "cpa", "window": "lifetime", "operator": ">", "threshold": 50}]}, "actions": [{"type": "pause_campaign"}]}',
  'pause_high_cpa');
select is(pg_temp.read('{"name": "t", "condition": {"metric": "roas", "operator": ">", "value": 3}, "action": {"type": "increase_budget", "value": 20}}') -> 'actions',
  '[{"type": "adjust_budget", "change": "percent", "value": 20}]', 'increase_budget_high_roas');
select is(pg_temp.read('{"name": "t", "condition": {"metric": "ctr", "operator": "<", "value": 0.01}, "action": {"type": "decrease_budget", "value": 30}}')
  - array['name', 'status', 'rule_type', 'trigger', 'scope', 'priority', 'execution', 'stop_on_error', 'delay_between_actions_seconds', 'cooldown_minutes', 'campaign_cooldown_minutes'],
  '{"conditions": {"all": [{"type": "metric_threshold", "metric": "ctr", "window": "lifetime", "operator": "<", "threshold": 1}]},
    "actions": [{"type": "adjust_budget", "change": "percent", "value": -30}]}', 'decrease_budget_low_ctr: 0.01 of that engine is 1 percent');
select is(pg_temp.read('{"name": "t", "condition": {"metric": "ctr", "operator": "<", "value": 0.01}, "action": {"type": "decrease_budget", "value": -30}}') -> 'actions',
  '[{"type": "adjust_budget", "change": "percent", "value": -30}]', 'a decrease by -30 is one by 30');
select is(pg_temp.read('{"name": "t", "condition": {"metric": "spend", "operator": ">", "value": 1000}, "action": {"type": "notify"}}') -> 'actions',
  '[{"type": "send_notification", "channel": "in_app", "recipients": ["role:admin"]}]', 'notify_high_spend: to the admins where nobody is named');
select is(pg_temp.read('{"name": "t", "condition": {"metric": "conversion_rate", "operator": "<", "value": 0.02}, "action": {"type": "notify"}}') -> 'conditions' -> 'all' -> 0 -> 'threshold',
  '2', 'the seeder: a conversion rate below 0.02 is 2 percent');
select is(pg_temp.read('{"name": "t", "condition": {"metric": "roas", "operator": "<", "value": 1.5}, "action": {"type": "pause_underperforming"}, "is_active": false}')
  - array['name', 'rule_type', 'trigger', 'scope', 'priority', 'execution', 'stop_on_error', 'delay_between_actions_seconds', 'cooldown_minutes', 'campaign_cooldown_minutes', 'actions'],
  '{"status": "paused", "conditions": {"all": [{"type": "metric_threshold", "metric": "roas", "window": "lifetime", "operator": "<", "threshold": 1.5}]}}', 'the seeder: roas below 1.5, not active');
select is(pg_temp.read('{"name": "t", "condition": {"metric": "ctr", "operator": "<", "value": 1.5}, "action": {"type": "notify"}}'),
  '["condition.value: found 1.5, allowed: a fraction (0.01 is 1 %), or in percent beside \"unit\": \"percent\"."]', 'what can be no fraction there is not guessed at');
select is(pg_temp.read('{"name": "t", "condition": {"metric": "ctr", "operator": "<", "value": 1.5, "unit": "percent"}, "action": {"type": "notify"}}') -> 'conditions' -> 'all' -> 0 ->> 'threshold', '1.5', 'but may be said');
select is(pg_temp.read('{"name": "t", "conditions": [{"metric": "ctr", "operator": "between", "value": {"min": 0.01, "max": 0.02}, "unit": "fraction"}], "action": {"type": "notify"}}') -> 'conditions' -> 'all' -> 0 -> 'threshold',
  '[1, 2]', 'anywhere by a unit; between takes min and max');
select is(pg_temp.read('{"name": "t", "conditions": [{"metric": "ctr", "operator": "<", "value": 0.5}], "action": {"type": "notify"}}') -> 'conditions' -> 'all' -> 0 ->> 'threshold',
  '0.5', 'everywhere else percent metrics are in percent');
select is(pg_temp.read('{"name": "t", "conditions": [{"metric": "cpa", "operator": "<", "value": 0.5, "unit": "fraction"}], "action": {"type": "notify"}}'),
  '["conditions[0].unit: found \"fraction\", allowed: only for budget_utilization, conversion_rate, ctr, engagement_rate."]', 'money is no fraction');

-- The flat shape of the autopilot.
select is(pg_temp.read('{"name": "Critical ROI Pause", "rule_type": "pause", "priority": 100,
  "condition": {"metric": "roi", "operator": "<", "threshold": 0.5, "min_spend": 50, "min_duration_hours": 24, "min_confidence": 90},
  "action": {"type": "auto_pause", "notify_admin": true}, "is_active": true}')
  - array['name', 'trigger', 'scope', 'execution', 'stop_on_error', 'delay_between_actions_seconds', 'cooldown_minutes', 'campaign_cooldown_minutes'], '{
  "rule_type": "pause", "status": "active", "priority": 100, "min_confidence": 90,
  "conditions": {"all": [{"type": "metric_threshold", "metric": "roi", "window": "lifetime", "operator": "<", "threshold": 0.5, "min_spend": 50, "min_duration_hours": 24}]},
  "actions": [{"type": "pause_campaign"}, {"type": "send_notification", "channel": "in_app", "recipients": ["role:admin"]}]}', 'notify_admin is an action of its own');
select is(pg_temp.read('{"name": "x", "condition": {"metric": "roi", "operator": ">=", "threshold": 4, "min_conversions": 20},
  "action": {"type": "auto_scale_up", "multiplier": 1.5, "max_budget": 20000}}') -> 'actions',
  '[{"type": "adjust_budget", "change": "percent", "value": 50, "ceiling": 20000}]', 'times 1.5, up to 20000');
select is(
  array(select autonomous_condition(d.document) from (select (normalize_rule(l.document)).document from library l where l.kind = 'default_rule' and l.version = 1 order by l.code) d),
  array(select l.document -> 'condition' from library l where l.kind = 'default_rule' and l.version = 1 order by l.code),
  'conditions of simple rules are shown as they were given');
select is(
  array(select autonomous_action(d.document) from (select (normalize_rule(l.document)).document from library l where l.kind = 'default_rule' and l.version = 1 order by l.code) d),
  array(select (l.document -> 'action') - case when l.document -> 'action' -> 'notify_admin' = 'false' then 'notify_admin' else '' end from library l where l.kind = 'default_rule' and l.version = 1 order by l.code),
  'and so are their actions');
select is(autonomous_condition(d.document), d.document -> 'conditions', 'what is not so simple is shown in full')
from (select pg_temp.read('{"name": "t", "conditions": [{"metric": "cpa", "operator": ">", "threshold": 50}, {"type": "day_of_week", "days": "friday"}], "actions": [{"type": "notify"}]}')) d (document);
select is(autonomous_action(d.document), d.document -> 'actions', 'actions too')
from (select pg_temp.read('{"name": "t", "condition": {"metric": "cpa", "operator": ">", "threshold": 50}, "actions": [{"type": "adjust_budget", "value": 20, "floor": 10}]}')) d (document);

-- The other conditions and spellings.
select is(pg_temp.read('{"name": "t", "conditions": [
    {"field": "status", "operator": "!=", "value": "Paused"}, {"field": "campaign.platform", "operator": "in", "value": ["meta", "google"]},
    {"type": "campaign_status", "status": "Active"}, {"type": "time_based", "start_time": "8:00", "end_time": "17:30:00"},
    {"type": "day_of_week", "days": ["Friday", "mon", 0]}, {"type": "day_of_month", "day": -1},
    {"type": "metric_threshold", "metric": "spend", "window": "last_7_days", "operator": "gt", "compare_to": {"metric": "daily_budget", "factor": 2}}],
  "actions": [{"type": "trigger_webhook", "url": "https://example.com/x", "method": "put"}]}') -> 'conditions' -> 'all', '[
  {"type": "campaign_status", "statuses": ["active", "archived", "completed", "draft"]},
  {"type": "campaign_attribute", "field": "platform", "operator": "in", "value": ["meta", "google"]},
  {"type": "campaign_status", "statuses": ["active"]}, {"type": "time_based", "from": "08:00", "to": "17:30"},
  {"type": "day_of_week", "days": [0, 1, 5]}, {"type": "day_of_month", "days": [-1]},
  {"type": "metric_threshold", "metric": "spend", "window": "last_7_days", "operator": ">", "compare_to": {"metric": "daily_budget", "factor": 2}}]',
  'other spellings of the other conditions');
select is(pg_temp.read('{"name": "t", "conditions": [{"metric": "cpa", "operator": "==", "threshold": 1}], "actions": {"type": "webhook", "url": "https://example.com/x", "method": "put"}}') -> 'actions',
  '[{"type": "webhook", "url": "https://example.com/x", "method": "PUT"}]', 'a single action');
select is(pg_temp.read('{"name": "t", "conditions": {"condition_logic": "or", "conditions": [{"metric": "cpa", "operator": ">", "threshold": 1}, {"and": [{"metric": "ctr", "operator": ">", "threshold": 1}]}]}, "actions": [{"type": "notify"}]}') -> 'conditions', '{"all": [{"any": [
  {"type": "metric_threshold", "metric": "cpa", "window": "lifetime", "operator": ">", "threshold": 1},
  {"all": [{"type": "metric_threshold", "metric": "ctr", "window": "lifetime", "operator": ">", "threshold": 1}]}]}]}', 'groups with a logic, and, or');
select is(pg_temp.read('{"name": "t", "entity_type": "campaign", "entity_id": "7A0D1C9E-0000-4000-8000-000000000001", "conditions": [{"metric": "cpa", "operator": ">", "threshold": 1}], "actions": [{"type": "notify"}]}') -> 'scope',
  '{"campaigns": ["7a0d1c9e-0000-4000-8000-000000000001"]}', 'one campaign');

-- Status.
select is(pg_temp.read('{"name": "t", "status": "Draft", "conditions": [{"metric": "cpa", "operator": ">", "threshold": 1}], "actions": [{"type": "notify"}]}') ->> 'status', 'shadow', 'a draft is in shadow');
select is(pg_temp.read('{"name": "t", "status": "active", "enabled": false, "conditions": [{"metric": "cpa", "operator": ">", "threshold": 1}], "actions": [{"type": "notify"}]}') ->> 'status', 'paused', 'switched off wins over a status');
select is(pg_temp.read('{"name": "t", "status": "archived", "enabled": false, "conditions": [{"metric": "cpa", "operator": ">", "threshold": 1}], "actions": [{"type": "notify"}]}') ->> 'status', 'archived', 'what is archived stays so');
select is(pg_temp.read('{"name": "t", "status": "shadow", "is_active": true, "conditions": [{"metric": "cpa", "operator": ">", "threshold": 1}], "actions": [{"type": "notify"}]}') ->> 'status', 'shadow', 'switched on does not');
select is(pg_temp.read('{"name": "t", "is_active": true, "conditions": [{"metric": "cpa", "operator": ">", "threshold": 1}], "actions": [{"type": "notify"}]}') ->> 'status', 'active', 'but it does where no status is given');
select is(pg_temp.read('{"name": "t", "priority": 7, "conditions": [{"metric": "cpa", "operator": ">", "threshold": 1}], "actions": [{"type": "notify"}]}') ->> 'priority', '7', 'a number for a priority');

-- The canonical form is its own.
select is_empty($$
  select d.document, n.faults, m.faults, n.document, m.document
  from (
    select l.document from trimtab.library l where l.kind = 'default_rule'
    union all
    select r.document from trimtab.library l cross join lateral jsonb_array_elements(l.document -> 'rules') r (document) where l.kind = 'rule'
  ) d
  cross join lateral trimtab.normalize_rule(d.document) n
  cross join lateral trimtab.normalize_rule(n.document) m
  where n.faults is not null or m.faults is not null or m.document is distinct from n.document$$,
  'every rule of the library is read, and its canonical form is its own');

-- And each of these documents is saved as it stands.
select test.act_as(:'manager');
create function pg_temp.saved(p_document jsonb) returns jsonb language plpgsql as $$
declare
  v_id uuid := trimtab.save_rule(p_document);
  v_document jsonb := (select r.document from trimtab.automation_rules r where r.id = v_id);
begin
  -- The name is free for the next one.
  if v_document ->> 'status' <> 'archived' then
    perform trimtab.save_rule(v_document || jsonb_build_object('name', v_id, 'status', 'shadow'), v_id);
  end if;
  return v_document;
end $$;
select isnt_empty('select from given', 'there are documents to save');
select is_empty($$
  select g.document, n.faults from given g cross join lateral normalize_rule(g.understood) n
  where n.document is distinct from g.understood$$,
  'what was understood is understood again, a rule without conditions too');
select is_empty($$
  select g.document, g.understood from given g
  where not (g.understood -> 'scope') ? 'campaigns' and pg_temp.saved(g.document) is distinct from g.understood$$,
  'each document is stored as it was understood');

select * from finish();
rollback;
