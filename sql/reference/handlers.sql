-- What lower rooms do on an occasion of a higher one. All handlers of a kind take the same arguments.
-- organization_created (p_org_id uuid): an organization was made, and needs its own rows.
-- rule_condition.<code> (p_org_id, p_features, p_campaign_ids, p_as_of, p_known, p_event): the values of a type of condition.
-- person_erased (p_org_id uuid, p_user_id uuid): a person is erased from an organization (null: from all), and what is theirs has to go.
-- run_before_deciding, run_after_acting (p_org_id uuid, p_as_of timestamptz): what belongs to every run of the autopilot.
insert into trimtab.handlers (kind, function, position) values
  ('organization_created', 'trimtab.create_guardrails', 100),
  ('rule_condition.hour_performance', 'trimtab.hour_values', 100),
  ('rule_condition.anomaly_detected', 'trimtab.anomaly_values', 100),
  ('rule_condition.recommendation_exists', 'trimtab.recommendation_values', 100),
  ('organization_created', 'trimtab.copy_default_rules', 200),
  ('person_erased', 'trimtab.forget_person', 100),
  ('run_before_deciding', 'trimtab.store_anomalies', 100)
on conflict (kind, function) do update set position = excluded.position;
