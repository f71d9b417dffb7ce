insert into trimtab.rule_gates (code, position, meaning, tune_with) values
  ('lower_priority', 10, 'Another rule with a higher priority would change the campaign.', 'priority'),
  ('switched_off', 20, 'A stop switch is on, the organization''s or the system''s. A run then decides nothing; only a preview says so.', 'guardrails'),
  ('opted_out', 30, 'The campaign has autonomous_enabled = false.', 'the campaign'),
  ('stale_facts', 40, 'The rule judges facts or would spend more, and the latest fact is older than max_facts_age_hours (48).', 'guardrails'),
  ('no_evidence', 50, 'No probability, or no ratio to a target, can be computed.', 'import facts'),
  ('low_confidence', 60, 'The probability is below min_confidence_percent or the rule''s min_confidence.', 'guardrails, rule'),
  ('cool_off', 70, 'A person resumed the campaign (starting a draft is not resuming), or an action on it was taken back, less than cool_off_hours (72) ago.', 'guardrails'),
  ('reversal', 80, 'A rule did the opposite to the campaign less than reversal_hours (24) ago. Rules of the calendar are free to.', 'guardrails'),
  ('same_facts', 90, 'The rule judges facts, and none have come in since it, or another rule that changed the campaign, acted. Seen in a preview, not recorded.', 'import facts'),
  ('cooldown', 100, 'The rule was executed less than cooldown_minutes ago, or for this campaign less than campaign_cooldown_minutes ago, or automation changed the budget less than budget_cooldown_hours (24) ago. Exactly at the end it may act again.', 'rule, guardrails'),
  ('no_budget', 110, 'There is no budget to change.', 'the campaign'),
  ('no_bid', 120, 'There is no bid to change.', 'the campaign'),
  ('no_rate', 130, 'There is no exchange rate between the currencies of the campaign and the organization.', 'exchange rates'),
  ('at_cap', 140, 'The amount cannot move in the direction wanted: floor, ceiling, max_step_percent, max_budget_step_percent, max_daily_budget_step_percent.', 'rule, guardrails'),
  ('envelope', 150, 'A spend cap leaves no room.', 'spend caps'),
  ('daily_limit', 160, 'The rule was executed max_executions_per_day times in the organization''s day; 0 is never.', 'rule'),
  ('pause_share', 170, 'More than max_pause_share_percent (25) of the active campaigns would be paused within 24 hours; one always may, unless it is 0.', 'guardrails')
on conflict (code) do update set position = excluded.position, meaning = excluded.meaning, tune_with = excluded.tune_with;
