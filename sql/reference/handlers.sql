-- What lower rooms do on an occasion of a higher one. All handlers of a kind take the same arguments.
-- organization_created (p_org_id uuid): an organization was made, and needs its own rows.
-- rule_condition.<code> (p_org_id, p_features, p_campaign_ids, p_as_of, p_known, p_event): the values of a type of condition.
-- rule_action.<code> (p_org_id, p_action, p_context): carries out a type of action; what it did.
-- person_erased (p_org_id uuid, p_user_id uuid): a person is erased from an organization (null: from all), and what is theirs has to go.
-- run_before_deciding, run_after_acting (p_org_id uuid, p_as_of timestamptz): what belongs to every run of the autopilot.
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
  ('person_erased', 'trimtab.forget_recipient', 90),
  ('person_erased', 'trimtab.forget_person', 100),
  ('run_before_deciding', 'trimtab.store_anomalies', 100)
on conflict (kind, function) do update set position = excluded.position;
