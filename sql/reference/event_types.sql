-- The catalogue of the journal. A shape is the schema of a payload (see schema_faults()); types of one family share it.
-- Shapes of system types name all that is there, so that a payload that changes without its shape is noticed by the tests;
-- those of external types leave room for more.
with shapes (shape, payload_schema) as (
  values
    ('campaign_change', jsonb '{"type": "object", "additionalProperties": false, "required": ["change_id", "action_type", "before", "after"], "properties": {
      "change_id": {"type": "string", "description": "Its row of the ledger, campaign_changes."},
      "action_type": {"type": "string", "description": "What kind of change it was, as in the ledger."},
      "before": {"type": "object", "description": "status, budget, daily_budget, bid, bid_strategy before the change.", "additionalProperties": false, "required": ["status", "budget", "daily_budget", "bid", "bid_strategy"], "properties": {
        "status": {"type": "string"}, "budget": {"type": ["number", "null"]}, "daily_budget": {"type": ["number", "null"]}, "bid": {"type": ["number", "null"]}, "bid_strategy": {"type": ["string", "null"]}}},
      "after": {"type": "object", "description": "The same after it.", "additionalProperties": false, "required": ["status", "budget", "daily_budget", "bid", "bid_strategy"], "properties": {
        "status": {"type": "string"}, "budget": {"type": ["number", "null"]}, "daily_budget": {"type": ["number", "null"]}, "bid": {"type": ["number", "null"]}, "bid_strategy": {"type": ["string", "null"]}}}}}'),
    ('tags_change', '{"type": "object", "additionalProperties": false, "required": ["before", "after", "rule_id"], "properties": {
      "before": {"type": "array", "items": {"type": "string"}, "description": "Tags before."},
      "after": {"type": "array", "items": {"type": "string"}, "description": "Tags after."},
      "rule_id": {"type": ["string", "null"], "description": "The rule that did it."}}}'),
    ('facts', '{"type": "object", "additionalProperties": false, "required": ["knowledge_revision", "batch_id", "campaigns", "first_day", "last_day", "rows_inserted", "rows_updated"], "properties": {
      "knowledge_revision": {"type": "integer", "minimum": 1, "description": "The revision with which they are known."},
      "batch_id": {"type": "string", "description": "The import, import_batches."},
      "campaigns": {"type": "integer", "minimum": 0, "description": "How many campaigns the file was about."},
      "first_day": {"type": ["string", "null"], "description": "The first day with facts in it."},
      "last_day": {"type": ["string", "null"], "description": "The last."},
      "rows_inserted": {"type": "integer", "minimum": 0, "description": "Facts that were new."},
      "rows_updated": {"type": "integer", "minimum": 0, "description": "Facts that were corrected."}}}'),
    ('alert', '{"type": "object", "additionalProperties": false, "required": ["title", "severity", "status", "source", "rule_id", "campaign_id", "assignee_id", "assignee_role"], "properties": {
      "title": {"type": "string", "description": "What it says."},
      "severity": {"type": "string", "enum": ["critical", "high", "medium", "low"], "description": "How grave it is."},
      "status": {"type": "string", "enum": ["open", "acknowledged", "resolved"], "description": "Where it stands."},
      "source": {"type": "string", "description": "What raised it."},
      "rule_id": {"type": ["string", "null"], "description": "The rule that raised it."},
      "campaign_id": {"type": ["string", "null"], "description": "The campaign that it is about."},
      "assignee_id": {"type": ["string", "null"], "description": "The person who sees to it."},
      "assignee_role": {"type": ["string", "null"], "description": "The role that sees to it."}}}'),
    ('failed_action', '{"type": "object", "additionalProperties": false, "required": ["change_id", "action_type", "error_code", "error_message"], "properties": {
      "change_id": {"type": "string", "description": "Its row of the ledger, campaign_changes."},
      "action_type": {"type": "string", "description": "What was to be done."},
      "error_code": {"type": "string", "description": "SQLSTATE."},
      "error_message": {"type": "string", "description": "What went wrong."}}}'),
    ('rollback', '{"type": "object", "additionalProperties": false, "required": ["change_id", "rollback_id", "restored", "already", "left"], "properties": {
      "change_id": {"type": "string", "description": "The row of the ledger that was taken back."},
      "rollback_id": {"type": ["string", "null"], "description": "The row that took it back; null where nothing had to change."},
      "restored": {"type": "object", "description": "What was set back, to what."},
      "already": {"type": "object", "description": "What was as before already."},
      "left": {"type": "object", "description": "What was left as it is, and why."}}}'),
    ('opportunity', '{"type": "object", "additionalProperties": false, "required": ["campaign_id", "opportunity_type", "subject", "severity", "status", "confidence_score"], "properties": {
      "campaign_id": {"type": "string", "description": "The campaign."},
      "opportunity_type": {"type": "string", "description": "What kind of opportunity."},
      "subject": {"type": ["string", "null"], "description": "The part of the campaign that it is about."},
      "severity": {"type": "string", "description": "How much is at stake."},
      "status": {"type": "string", "enum": ["open", "in_progress", "resolved", "dismissed"], "description": "Where it stands."},
      "confidence_score": {"type": ["number", "null"], "description": "Percent."}}}'),
    ('anomaly', '{"type": "object", "additionalProperties": false, "required": ["anomaly_id", "campaign_id", "platform", "kind", "metric", "window", "direction", "severity", "score", "expected", "found", "status", "description"], "properties": {
      "anomaly_id": {"type": "string", "description": "Its row in anomalies."},
      "campaign_id": {"type": ["string", "null"], "description": "The campaign; null where many share it."},
      "platform": {"type": ["string", "null"], "description": "The platform."},
      "kind": {"type": "string", "description": "What kind of anomaly."},
      "metric": {"type": ["string", "null"], "description": "What is out of the ordinary."},
      "window": {"type": ["string", "null"], "description": "Over which time."},
      "direction": {"type": ["string", "null"], "description": "high or low."},
      "severity": {"type": "string", "description": "How grave it is."},
      "score": {"type": ["number", "null"], "description": "How far out of the ordinary."},
      "expected": {"type": ["number", "null"], "description": "The value that was expected."},
      "found": {"type": ["number", "null"], "description": "The value that was found."},
      "status": {"type": "string", "enum": ["open", "acknowledged", "withdrawn"], "description": "Where it stands."},
      "description": {"type": ["string", "null"], "description": "The same in words."}}}'),
    ('execution', '{"type": "object", "additionalProperties": false, "required": ["execution_id", "rule_id", "rule_name", "rule_version", "status", "trigger", "campaign_id", "succeeded", "failed"], "properties": {
      "execution_id": {"type": "string", "description": "Its row in automation_executions."},
      "rule_id": {"type": "string", "description": "The rule."},
      "rule_name": {"type": ["string", "null"], "description": "Its name."},
      "rule_version": {"type": "integer", "description": "Its version."},
      "status": {"type": "string", "enum": ["success", "partial"], "description": "Whether all of its actions succeeded."},
      "trigger": {"type": "string", "description": "What set it off: clock, person, event, schedule or trigger."},
      "campaign_id": {"type": ["string", "null"], "description": "The campaign; null where it is about an event."},
      "succeeded": {"type": "integer", "description": "How many actions succeeded."},
      "failed": {"type": "integer", "description": "How many failed."}}}'),
    ('broken_rule', '{"type": "object", "additionalProperties": false, "required": ["execution_id", "error_code", "error_message"], "properties": {
      "execution_id": {"type": "string", "description": "Its row in automation_executions."},
      "error_code": {"type": "string", "description": "SQLSTATE."},
      "error_message": {"type": "string", "description": "What went wrong."}}}'),
    ('run', '{"type": "object", "required": ["success", "timestamp", "actions_taken", "executed", "shadowed", "held_back", "failed", "knowledge_revision"], "additionalProperties": false, "properties": {
      "success": {"type": "boolean", "description": "Whether all parts of the run went through."},
      "timestamp": {"type": "string", "description": "As of when it decided."},
      "actions_taken": {"type": "object", "description": "campaigns_paused, campaigns_scaled, opportunities_detected."},
      "executed": {"type": "integer", "description": "Executions of active rules."},
      "shadowed": {"type": "integer", "description": "Of rules in shadow."},
      "held_back": {"type": "integer", "description": "Decisions that a gate held back."},
      "failed": {"type": "integer", "description": "Executions that failed."},
      "knowledge_revision": {"type": "integer", "description": "The facts that were known."},
      "events_judged": {"type": "integer", "description": "Events that were judged."},
      "errors": {"type": "array", "items": {"type": "object"}, "description": "Parts that failed: {part, code, message}."},
      "detection_error": {"type": "object", "description": "Why no opportunities were looked for: {code, message}."}}}'),
    ('failed_run', '{"type": "object", "additionalProperties": false, "required": ["error_code", "error_message"], "properties": {
      "error_code": {"type": "string", "description": "SQLSTATE."},
      "error_message": {"type": "string", "description": "What went wrong."}}}'),
    ('failed_event', '{"type": "object", "additionalProperties": false, "required": ["event_id", "event_type", "error_code", "error_message"], "properties": {
      "event_id": {"type": "integer", "description": "The event."},
      "event_type": {"type": "string", "description": "Its type."},
      "error_code": {"type": "string", "description": "SQLSTATE."},
      "error_message": {"type": "string", "description": "What went wrong."}}}'),
    ('pattern', '{"type": "object", "required": ["pattern", "severity", "title", "message"], "properties": {
      "pattern": {"type": "string", "enum": ["mass_edits", "burst_of_actions", "raised_caps", "new_login", "new_admin"], "description": "What kind of pattern."},
      "severity": {"type": "string", "enum": ["critical", "high", "medium", "low"], "description": "How grave it is."},
      "title": {"type": "string", "description": "In a line."},
      "message": {"type": "string", "description": "With its evidence, which stands in further keys."}}}'),
    ('metric', '{"type": "object", "required": ["trigger_id", "metric", "window", "value"], "properties": {
      "trigger_id": {"type": "string", "description": "The trigger that watches it."},
      "metric": {"type": "string", "description": "The metric."},
      "window": {"type": ["string", "null"], "description": "Over which time."},
      "value": {"type": "number", "description": "What it is now."},
      "previous": {"type": ["number", "null"], "description": "What it was before."},
      "threshold": {"type": ["number", "null"], "description": "The threshold or milestone that was reached."}}}'),
    ('paused_schedule', '{"type": "object", "required": ["job_id", "name"], "properties": {
      "job_id": {"type": "string", "description": "The job."},
      "name": {"type": "string", "description": "Its name."},
      "consecutive_failures": {"type": "integer", "minimum": 1, "description": "How often it failed in a row."},
      "error_code": {"type": ["string", "null"], "description": "SQLSTATE of the last failure."},
      "error_message": {"type": ["string", "null"], "description": "What went wrong."}}}'),
    ('mention', '{"type": "object", "required": ["sentiment"], "properties": {
      "sentiment": {"type": "number", "minimum": -1, "maximum": 1, "description": "From -1 (bad) to 1 (good)."},
      "engagement_rate": {"type": ["number", "null"], "minimum": 0, "description": "Percent of those who saw it."},
      "author": {"type": "object", "description": "name and followers of who wrote it.", "properties": {
        "name": {"type": ["string", "null"], "maxLength": 200}, "followers": {"type": ["integer", "null"], "minimum": 0}}},
      "platform": {"type": ["string", "null"], "maxLength": 50, "description": "Where."},
      "url": {"type": ["string", "null"], "maxLength": 2000, "description": "Its address."},
      "text": {"type": ["string", "null"], "description": "What it says."},
      "campaign_id": {"type": ["string", "null"], "maxLength": 100, "description": "The campaign that it is about."},
      "tags": {"type": "array", "items": {"type": "string", "maxLength": 100}, "description": "Campaigns with one of them are what it is about."}}}'),
    ('deliverable', '{"type": "object", "required": ["name"], "properties": {
      "name": {"type": "string", "maxLength": 200, "description": "What was handed in."},
      "campaign_id": {"type": ["string", "null"], "maxLength": 100, "description": "The campaign that it is for."},
      "submitted_by": {"type": ["string", "null"], "maxLength": 200, "description": "Who handed it in."},
      "due_at": {"type": ["string", "null"], "maxLength": 40, "description": "When it was due."},
      "url": {"type": ["string", "null"], "maxLength": 2000, "description": "Where it lies."}}}'),
    ('purchase', '{"type": "object", "required": ["amount", "currency"], "properties": {
      "amount": {"type": "number", "minimum": 0, "description": "What was paid."},
      "currency": {"type": "string", "maxLength": 3, "description": "ISO 4217."},
      "order_id": {"type": ["string", "null"], "maxLength": 200, "description": "The shop''s number: also a good dedupe_key."},
      "customer_id": {"type": ["string", "null"], "maxLength": 200, "description": "The shop''s number of the customer."},
      "campaign_id": {"type": ["string", "null"], "maxLength": 100, "description": "The campaign that brought it."},
      "items": {"type": "array", "items": {"type": "object"}, "description": "What was bought."}}}'),
    ('signup', '{"type": "object", "properties": {
      "customer_id": {"type": ["string", "null"], "maxLength": 200, "description": "Your number of the person."},
      "plan": {"type": ["string", "null"], "maxLength": 200, "description": "What they signed up for."},
      "campaign_id": {"type": ["string", "null"], "maxLength": 100, "description": "The campaign that brought them."},
      "source": {"type": ["string", "null"], "maxLength": 200, "description": "Where they came from."}}}'),
    ('failed_part', '{"type": "object", "additionalProperties": false, "required": ["part", "error_code", "error_message", "overran"], "properties": {
      "part": {"type": "string", "description": "The part of the tick."},
      "error_code": {"type": "string", "description": "SQLSTATE."},
      "error_message": {"type": "string", "description": "What was said."},
      "overran": {"type": "boolean", "description": "Whether it was stopped at its deadline."}}}'),
    ('flooded_part', '{"type": "object", "additionalProperties": false, "required": ["part", "done"], "properties": {
      "part": {"type": "string", "description": "The part of the tick."},
      "done": {"type": "integer", "minimum": 0, "description": "Items done in its last turn."}}}')
), types (type, source, room, subject_type, shape, description) as (
  values
    ('campaign.status_changed', 'system', 'campaigns', 'campaign', 'campaign_change', 'A campaign was started, paused, resumed, completed or archived.'),
    ('campaign.budget_changed', 'system', 'campaigns', 'campaign', 'campaign_change', 'A campaign''s budget or daily budget changed.'),
    ('campaign.bid_changed', 'system', 'campaigns', 'campaign', 'campaign_change', 'A campaign''s bid or bid strategy changed.'),
    ('campaign.tags_changed', 'system', 'rules', 'campaign', 'tags_change', 'A rule gave a campaign tags or took them away.'),
    ('facts.published', 'system', 'campaigns', 'import_batch', 'facts', 'An import brought facts that were new or other than before.'),
    ('alert.raised', 'system', 'delivery', 'alert', 'alert', 'There is something that somebody should look at.'),
    ('alert.escalated', 'system', 'delivery', 'alert', 'alert', 'An alert got another severity.'),
    ('alert.acknowledged', 'system', 'delivery', 'alert', 'alert', 'Somebody has seen an alert.'),
    ('alert.assigned', 'system', 'delivery', 'alert', 'alert', 'An alert was given to somebody, or to nobody.'),
    ('alert.resolved', 'system', 'delivery', 'alert', 'alert', 'An alert is settled.'),
    ('action.failed', 'system', 'actions', 'campaign', 'failed_action', 'An automatic action on a campaign failed; once for the same failure in a row.'),
    ('action.rolled_back', 'system', 'actions', 'campaign', 'rollback', 'An action was taken back.'),
    ('opportunity.detected', 'system', 'detection', 'opportunity', 'opportunity', 'An opportunity was found.'),
    ('opportunity.changed', 'system', 'detection', 'opportunity', 'opportunity', 'Its severity or its evidence changed.'),
    ('opportunity.started', 'system', 'detection', 'opportunity', 'opportunity', 'Somebody works on it.'),
    ('opportunity.reopened', 'system', 'detection', 'opportunity', 'opportunity', 'It is open again.'),
    ('opportunity.resolved', 'system', 'detection', 'opportunity', 'opportunity', 'It is settled.'),
    ('opportunity.dismissed', 'system', 'detection', 'opportunity', 'opportunity', 'Somebody does not want it.'),
    ('anomaly.found', 'system', 'detection', null, 'anomaly', 'Facts are out of the ordinary. About the campaign, or the organization where many campaigns share it.'),
    ('anomaly.changed', 'system', 'detection', null, 'anomaly', 'Its severity changed.'),
    ('anomaly.acknowledged', 'system', 'detection', null, 'anomaly', 'Somebody, or a rule, has seen it.'),
    ('anomaly.withdrawn', 'system', 'detection', null, 'anomaly', 'Facts were corrected, and it no longer holds.'),
    ('rule.executed', 'system', 'rules', 'rule', 'execution', 'A rule did something: one event an execution, when its last action is done. Not for rules in shadow, for decisions held back, or where what set it off came from a rule.'),
    ('rule.failed', 'system', 'rules', 'rule', 'broken_rule', 'A rule could not be judged or carried out at all; once for the same failure in a row.'),
    ('autopilot.run_finished', 'system', 'rules', 'run', 'run', 'A run of the autopilot that did something, or whose facts were new.'),
    ('autopilot.run_failed', 'system', 'rules', 'run', 'failed_run', 'A run of the autopilot came to nothing; once for the same failure in a row.'),
    ('autopilot.event_failed', 'system', 'rules', null, 'failed_event', 'An event could not be judged.'),
    ('security.suspicious_pattern', 'system', 'rules', 'organization', 'pattern', 'Something in the audit log or the ledger that an admin should look at.'),
    ('schedule.paused', 'system', 'scheduling', 'job', 'paused_schedule', 'A scheduled job failed too often in a row, and is paused.'),
    ('metric.threshold_reached', 'system', 'triggers', null, 'metric', 'A metric reached a threshold that a trigger watches.'),
    ('metric.changed', 'system', 'triggers', null, 'metric', 'A metric changed by as much as a trigger watches for.'),
    ('metric.milestone_reached', 'system', 'triggers', null, 'metric', 'A metric reached a milestone, such as each hundredth conversion.'),
    ('clock.part_failed', 'system', 'clockwork', null, 'failed_part', 'A part of the tick failed for this organization, or took too long and was stopped; once for failures in a row.'),
    ('clock.part_flooded', 'system', 'clockwork', null, 'flooded_part', 'More was waiting for a part of the tick than it had time for; it goes on in the next.'),
    ('mention.received', 'external', 'events', null, 'mention', 'Somebody wrote about a brand or a campaign.'),
    ('deliverable.submitted', 'external', 'events', null, 'deliverable', 'Somebody handed in what a campaign needs.'),
    ('purchase.completed', 'external', 'events', null, 'purchase', 'Somebody bought something.'),
    ('signup.completed', 'external', 'events', null, 'signup', 'Somebody signed up.')
)
insert into trimtab.event_types (type, source, room, description, subject_type, payload_schema)
select t.type, t.source, t.room, t.description, t.subject_type, s.payload_schema
from types t
left join shapes s on s.shape = t.shape
on conflict (type) do update
set source = excluded.source, room = excluded.room, description = excluded.description,
    subject_type = excluded.subject_type, payload_schema = excluded.payload_schema;
