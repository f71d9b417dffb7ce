-- What lower rooms do on an occasion of a higher one. All handlers of a kind take the same arguments.
-- organization_created (p_org_id uuid): an organization was made, and needs its own rows.
-- rule_condition.<code> (p_org_id, p_features, p_campaign_ids, p_as_of, p_known, p_event): the values of a type of condition.
-- rule_action.<code> (p_org_id, p_action, p_context): carries out a type of action; what it did.
-- person_erased (p_org_id uuid, p_user_id uuid): a person is erased from an organization (null: from all), and what is theirs has to go.
-- run_before_deciding, run_after_acting (p_org_id uuid, p_as_of timestamptz): what belongs to every run of the autopilot.
-- tick_part: a part of the tick (tick_plan() says what its options mean).
-- trigger_target.<code> (p_org_id, p_target, p_events, p_context): what a trigger starts; what it did, with skipped where it had a reason not to.
-- trigger_target_faults.<code> (p_org_id, p_target): what is wrong with a target's arguments.
-- job.<code> (p_org_id uuid, p_arguments jsonb, p_context jsonb) returns jsonb: what a schedule can run. Options: arguments, the schema
-- of p_arguments; faults, a function (p_org_id uuid, p_arguments jsonb) returns text[] for what a schema cannot say.
insert into trimtab.handlers (kind, function, position) values
  ('organization_created', 'trimtab.create_guardrails', 100),
  ('rule_condition.hour_performance', 'trimtab.hour_values', 100),
  ('rule_condition.metric_threshold', 'trimtab.threshold_values', 100),
  ('rule_condition.performance_change', 'trimtab.change_values', 100),
  ('rule_condition.budget_pacing', 'trimtab.pacing_values', 100),
  ('rule_condition.metric_rank', 'trimtab.rank_values', 100),
  ('rule_condition.campaign_attribute', 'trimtab.attribute_values', 100),
  ('rule_condition.day_of_month', 'trimtab.calendar_values', 100),
  ('rule_condition.working_day_of_month', 'trimtab.calendar_values', 100),
  ('rule_condition.event_payload', 'trimtab.payload_values', 100),
  ('rule_condition.anomaly_detected', 'trimtab.anomaly_values', 100),
  ('rule_condition.recommendation_exists', 'trimtab.recommendation_values', 100),
  ('rule_action.pause_campaign', 'trimtab.act_pause_campaign', 100),
  ('rule_action.resume_campaign', 'trimtab.act_resume_campaign', 100),
  ('rule_action.adjust_budget', 'trimtab.act_adjust_budget', 100),
  ('rule_action.adjust_bid', 'trimtab.act_adjust_bid', 100),
  ('rule_action.send_notification', 'trimtab.act_send_notification', 100),
  ('rule_action.create_alert', 'trimtab.act_create_alert', 100),
  ('rule_action.acknowledge_anomaly', 'trimtab.act_acknowledge_anomaly', 100),
  ('rule_action.implement_recommendation', 'trimtab.act_implement_recommendation', 100),
  ('rule_action.webhook', 'trimtab.act_webhook', 100),
  ('rule_action.tag_entity', 'trimtab.act_tag_entity', 100),
  ('rule_action.assign', 'trimtab.act_assign', 100),
  ('rule_action.emit_event', 'trimtab.act_emit_event', 100),
  ('organization_created', 'trimtab.copy_default_rules', 200),
  ('trigger_target.rule', 'trimtab.target_rule', 100),
  ('trigger_target_faults.rule', 'trimtab.target_rule_faults', 100),
  ('trigger_target.notification', 'trimtab.target_notification', 100),
  ('trigger_target_faults.notification', 'trimtab.target_notification_faults', 100),
  ('trigger_target.alert', 'trimtab.target_alert', 100),
  ('trigger_target_faults.alert', 'trimtab.target_alert_faults', 100),
  ('trigger_target.emit_event', 'trimtab.target_emit_event', 100),
  ('trigger_target_faults.emit_event', 'trimtab.target_emit_event_faults', 100),
  ('trigger_target.schedule', 'trimtab.target_schedule', 100),
  ('trigger_target_faults.schedule', 'trimtab.target_schedule_faults', 100),
  ('person_erased', 'trimtab.forget_recipient', 90),
  ('person_erased', 'trimtab.forget_trigger_recipient', 90),
  ('person_erased', 'trimtab.forget_person', 100),
  ('run_before_deciding', 'trimtab.store_anomalies', 100)
on conflict (kind, function) do update set position = excluded.position;

insert into trimtab.handlers (kind, function, position, options) values
  ('tick_part', 'trimtab.tick_due', 200, '{"organizations": "trimtab.organizations_with_due", "locks": true, "limit": 500}'),
  ('tick_part', 'trimtab.tick_metric_triggers', 210, '{"organizations": "trimtab.organizations_with_metric_changes", "locks": true, "limit": 5000}'),
  ('tick_part', 'trimtab.tick_triggers', 220, '{"organizations": "trimtab.organizations_with_trigger_matches", "locks": true, "limit": 200}'),
  ('tick_part', 'trimtab.tick_partitions', 800, '{"scope": "system", "every_seconds": 3600}'),
  ('tick_part', 'trimtab.tick_autopilot', 100, '{"lane": "slow", "organizations": "trimtab.organizations_to_run", "every_seconds": 3600, "locks": true, "limit": 2, "organization_seconds": 900, "part_seconds": 60, "on_failure": "trimtab.record_failed_run"}'),
  ('tick_part', 'trimtab.tick_effects', 300, '{"lane": "slow", "every_seconds": 3600, "limit": 1000, "locks": true}'),
  ('tick_part', 'trimtab.tick_alerts', 400, '{"lane": "slow", "every_seconds": 3600, "locks": true}'),
  ('tick_part', 'trimtab.tick_old_facts', 900, '{"lane": "slow", "scope": "system", "every_seconds": 3600, "limit": 1, "part_seconds": 300}'),
  ('tick_part', 'trimtab.tick_old_partitions', 910, '{"lane": "slow", "scope": "system", "every_seconds": 3600}'),
  ('tick_part', 'trimtab.tick_journal', 920, '{"lane": "slow", "scope": "system", "every_seconds": 3600}'),
  ('tick_part', 'trimtab.tick_retention', 930, '{"lane": "slow", "every_seconds": 86400, "limit": 5000, "locks": true}'),
  ('tick_part', 'trimtab.tick_cron_history', 940, '{"lane": "slow", "scope": "system", "every_seconds": 3600, "limit": 5000}')
on conflict (kind, function) do update set position = excluded.position, options = excluded.options;

-- Schedules.
insert into trimtab.handlers (kind, function, position, options) values
  ('tick_part', 'trimtab.tick_rezone', 105, '{"scope": "system", "every_seconds": 3600, "limit": 1000}'),
  ('tick_part', 'trimtab.tick_schedules', 110, '{"organizations": "trimtab.organizations_with_due_schedules", "limit": 5000}'),
  ('tick_part', 'trimtab.tick_slots', 115, '{"lane": "jobs", "organizations": "trimtab.organizations_with_due_schedules", "limit": 5000}'),
  ('tick_part', 'trimtab.tick_job_runs', 120, '{"lane": "jobs", "organizations": "trimtab.organizations_with_due_runs", "locks": true, "limit": 1, "organization_seconds": 60, "part_seconds": 60}'),
  ('job.rule', 'trimtab.job_rule', 100, '{"faults": "trimtab.job_rule_faults", "arguments": {"type": "object", "additionalProperties": false,
    "properties": {"campaign_ids": {"type": "array", "items": {"type": "string"}}}}}'),
  ('job.autopilot_run', 'trimtab.job_autopilot_run', 100, '{}'),
  ('job.detect_opportunities', 'trimtab.job_detect_opportunities', 100, '{}'),
  ('job.detect_anomalies', 'trimtab.job_detect_anomalies', 100, '{}'),
  ('job.measure_effects', 'trimtab.job_measure_effects', 100, '{}'),
  ('job.emit_event', 'trimtab.job_emit_event', 100, '{"faults": "trimtab.job_emit_event_faults", "arguments": {"type": "object", "additionalProperties": false,
    "required": ["event"], "properties": {"event": {"type": "string", "maxLength": 100}, "payload": {"type": "object"}}}}'),
  ('job.send_notification', 'trimtab.job_send_notification', 100, '{"faults": "trimtab.job_send_notification_faults", "arguments": {"type": "object",
    "additionalProperties": false, "required": ["message"], "properties": {"message": {"type": "string", "maxLength": 10000},
    "subject": {"type": "string", "maxLength": 255}, "channel": {"type": "string", "enum": ["in_app", "email", "slack"]},
    "recipients": {"type": "array", "items": {"type": "string"}}}}}')
on conflict (kind, function) do update set position = excluded.position, options = excluded.options;
