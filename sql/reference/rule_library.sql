-- Ready rules: what adopt_rule(code) copies. A version is never changed; a better one is a new version.
-- {category, summary, tune: what to look at before it is switched on, rules: one document or a set that belongs together}.
insert into trimtab.library (kind, code, version, document) values
  ('rule', 'pause_high_cpa', 1, '{
    "category": "performance",
    "summary": "Pauses campaigns whose conversions cost more than 50 each.",
    "tune": "The threshold is in your currency: conditions.all[0].threshold.",
    "rules": [{
      "name": "Pause High CPA Campaigns", "rule_type": "campaign_performance", "priority": "high",
      "description": "A conversion of the last seven days cost more than 50, on 100 spent and 3 conversions or more.",
      "conditions": [{"type": "metric_threshold", "metric": "cpa", "window": "last_7_days", "operator": ">", "threshold": 50,
        "min_spend": 100, "min_conversions": 3}],
      "actions": [{"type": "pause_campaign"},
        {"type": "send_notification", "channel": "in_app", "recipients": ["role:manager"], "message": "Paused: a conversion costs too much."}]}]}'),
  ('rule', 'pause_low_roas', 1, '{
    "category": "performance",
    "summary": "Pauses campaigns that bring back less than 1.5 times what they cost.",
    "tune": "Your margin decides where the bar lies: conditions.all[0].threshold.",
    "rules": [{
      "name": "Pause Low ROAS Campaigns", "rule_type": "campaign_performance", "priority": "medium",
      "description": "Revenue of the last seven days is below 1.5 times the cost, on 100 spent and after three days.",
      "conditions": [{"type": "metric_threshold", "metric": "roas", "window": "last_7_days", "operator": "<", "threshold": 1.5,
        "min_spend": 100, "min_duration_hours": 72}],
      "actions": [{"type": "pause_campaign"}]}]}'),
  ('rule', 'increase_budget_high_roas', 1, '{
    "category": "performance",
    "summary": "Raises the budget by 20 % where revenue is more than three times the cost.",
    "tune": "actions[0].value is the step in percent; actions[0].ceiling bounds the budget.",
    "rules": [{
      "name": "Increase Budget at High ROAS", "rule_type": "scale_winners", "priority": "medium",
      "description": "Revenue of the last seven days is above three times the cost, on 10 conversions or more.",
      "campaign_cooldown_minutes": 1440,
      "conditions": [{"type": "metric_threshold", "metric": "roas", "window": "last_7_days", "operator": ">", "threshold": 3,
        "min_conversions": 10}],
      "actions": [{"type": "adjust_budget", "change": "percent", "value": 20, "ceiling": 10000}]}]}'),
  ('rule', 'decrease_budget_low_ctr', 1, '{
    "category": "performance",
    "summary": "Lowers the budget by 30 % where fewer than 1 % of those who see the ad click.",
    "tune": "conditions.all[0].threshold is in percent; what is low depends on the platform: give the rule a scope.",
    "rules": [{
      "name": "Decrease Budget at Low CTR", "rule_type": "budget_optimization", "priority": "medium",
      "description": "The click-through rate of the last seven days is below 1 %, on 5,000 impressions or more.",
      "campaign_cooldown_minutes": 4320,
      "conditions": [{"type": "metric_threshold", "metric": "ctr", "window": "last_7_days", "operator": "<", "threshold": 1,
        "min_impressions": 5000}],
      "actions": [{"type": "adjust_budget", "change": "percent", "value": -30, "floor": 10}]}]}'),
  ('rule', 'notify_high_spend', 1, '{
    "category": "budget",
    "summary": "Tells managers when a campaign spent more than 1,000 in a day.",
    "tune": "conditions.all[0].threshold, in your currency.",
    "rules": [{
      "name": "Notify on High Spend", "rule_type": "alert", "priority": "low",
      "description": "Yesterday the campaign spent more than 1,000.",
      "campaign_cooldown_minutes": 1440,
      "conditions": [{"type": "metric_threshold", "metric": "spend", "window": "yesterday", "operator": ">", "threshold": 1000}],
      "actions": [{"type": "send_notification", "channel": "in_app", "recipients": ["role:manager"], "subject": "High spend"}]}]}'),
  ('rule', 'notify_low_conversion_rate', 1, '{
    "category": "performance",
    "summary": "Tells managers when fewer than 2 % of the clicks convert.",
    "tune": "conditions.all[0].threshold is in percent.",
    "rules": [{
      "name": "Notify on Low Conversion Rate", "rule_type": "alert", "priority": "low",
      "description": "Fewer than 2 of 100 clicks of the last seven days converted, on 200 clicks or more.",
      "campaign_cooldown_minutes": 4320,
      "conditions": [{"type": "metric_threshold", "metric": "conversion_rate", "window": "last_7_days", "operator": "<", "threshold": 2,
        "min_clicks": 200}],
      "actions": [{"type": "send_notification", "channel": "in_app", "recipients": ["role:manager"], "subject": "Few conversions"}]}]}'),
  ('rule', 'spend_without_conversions', 1, '{
    "category": "spend guard",
    "summary": "Pauses campaigns that spent 100 in three days without one conversion.",
    "tune": "Set the spend to two or three times what a conversion may cost.",
    "rules": [{
      "name": "Spend Guard: No Conversions", "rule_type": "pause", "priority": 95,
      "description": "At least 100 spent in three days, and not one conversion. Conversions that were not reported are not zero.",
      "conditions": [
        {"type": "metric_threshold", "metric": "spend", "window": "last_3_days", "operator": ">=", "threshold": 100},
        {"type": "metric_threshold", "metric": "conversions", "window": "last_3_days", "operator": "=", "threshold": 0}],
      "actions": [{"type": "pause_campaign"}, {"type": "create_alert", "severity": "high", "title": "Spent without a conversion"}]}]}'),
  ('rule', 'spend_guard', 1, '{
    "category": "spend guard",
    "summary": "Warns when a day costs more than 1.25 daily budgets, and pauses at 2.",
    "tune": "Platforms may overspend a day within limits of their own; the factors are conditions.all[0].compare_to.factor.",
    "rules": [
      {"name": "Spend Guard: Warn", "rule_type": "budget_pacing", "priority": 60,
       "description": "Today already cost more than 1.25 daily budgets.",
       "campaign_cooldown_minutes": 1440,
       "conditions": [{"type": "metric_threshold", "metric": "spend", "window": "today", "operator": ">",
         "compare_to": {"metric": "daily_budget", "factor": 1.25}}],
       "actions": [{"type": "create_alert", "severity": "medium", "title": "Above the daily budget"}]},
      {"name": "Spend Guard: Stop", "rule_type": "budget_pacing", "priority": 98,
       "description": "Today already cost more than two daily budgets.",
       "conditions": [{"type": "metric_threshold", "metric": "spend", "window": "today", "operator": ">",
         "compare_to": {"metric": "daily_budget", "factor": 2}}],
       "actions": [{"type": "pause_campaign"}, {"type": "create_alert", "severity": "critical", "title": "Twice the daily budget"}]}]}'),
  ('rule', 'budget_spent', 1, '{
    "category": "spend guard",
    "summary": "Pauses a campaign whose budget is spent, and tells the team.",
    "tune": "Nothing: what is spent is spent.",
    "rules": [{
      "name": "Budget Spent", "rule_type": "budget_pacing", "priority": "critical",
      "description": "Everything of the campaign''s budget is spent.",
      "conditions": [{"type": "metric_threshold", "metric": "budget_utilization", "operator": ">=", "threshold": 100}],
      "actions": [{"type": "pause_campaign"},
        {"type": "send_notification", "channel": "in_app", "recipients": ["role:manager"], "subject": "Budget spent"}]}]}'),
  ('rule', 'creative_fatigue', 1, '{
    "category": "fatigue",
    "summary": "Alerts when people have seen the ads too often: clicks fall while they see them again and again.",
    "tune": "conditions.all[0].threshold is the fall in percent, conditions.all[1].any[0].threshold the views a person and day.",
    "rules": [{
      "name": "Creative Fatigue", "rule_type": "creative_rotation", "priority": "medium",
      "description": "The click-through rate fell by a quarter against the week before, and people see the ads three times a day, or the detector found it.",
      "campaign_cooldown_minutes": 10080,
      "conditions": {"all": [
        {"type": "performance_change", "metric": "ctr", "window": "last_7_days", "compare": "period_before", "measure": "percent",
         "operator": "<=", "threshold": -25, "min_impressions": 5000},
        {"any": [
          {"type": "metric_threshold", "metric": "frequency", "window": "last_7_days", "operator": ">=", "threshold": 3},
          {"type": "recommendation_exists", "recommendation_type": "creative_fatigue"}]}]},
      "actions": [{"type": "create_alert", "severity": "medium", "title": "Tired creatives"},
        {"type": "tag_entity", "tags": ["creative-fatigue"]}]}]}'),
  ('rule', 'pacing', 1, '{
    "category": "budget",
    "summary": "Brings the month back on its line: lowers budgets that would be overspent, tells of those that would be left over.",
    "tune": "Give conditions.all[0].monthly_budget where the month''s budget is not thirty daily ones.",
    "rules": [
      {"name": "Pacing: Slow Down", "rule_type": "budget_pacing", "priority": 70,
       "description": "By the end of the month more than 110 % of the budget would be spent.",
       "campaign_cooldown_minutes": 1440,
       "conditions": [{"type": "budget_pacing", "period": "month", "measure": "projection", "operator": ">", "threshold": 110}],
       "actions": [{"type": "adjust_budget", "change": "percent", "value": -10, "floor": 5}]},
      {"name": "Pacing: Left Over", "rule_type": "budget_pacing", "priority": 30,
       "description": "By the end of the month less than 80 % of the budget would be spent, although the campaign pays.",
       "campaign_cooldown_minutes": 4320,
       "conditions": [
         {"type": "budget_pacing", "period": "month", "measure": "projection", "operator": "<", "threshold": 80},
         {"type": "metric_threshold", "metric": "roas", "window": "last_14_days", "operator": ">=", "threshold": 1, "min_spend": 50}],
       "actions": [{"type": "create_alert", "severity": "low", "title": "Budget will be left over"}]}]}'),
  ('rule', 'dayparting', 1, '{
    "category": "dayparting",
    "summary": "Pauses campaigns in the hours in which people do not care for them, and raises budgets in the best ones. Needs hourly facts.",
    "tune": "metric may be engagement_rate, conversion_rate or roas as well. Thresholds are percent of the campaign''s average hour. max_pause_share_percent bounds how many may sleep at once.",
    "rules": [
      {"name": "Dayparting: Sleep", "rule_type": "schedule_pause", "priority": 55,
       "description": "At this time of the day the campaign brings less than half of its average.",
       "conditions": [{"type": "hour_performance", "metric": "ctr", "days": 28, "operator": "<", "threshold": 50}],
       "actions": [{"type": "pause_campaign"}, {"type": "tag_entity", "tags": ["asleep"]}]},
      {"name": "Dayparting: Wake", "rule_type": "schedule_resume", "priority": 54,
       "description": "The weak hours are over for a campaign that was put to sleep.",
       "conditions": [
         {"type": "campaign_status", "statuses": ["paused"]},
         {"type": "campaign_attribute", "field": "tags", "operator": "contains", "value": "asleep"},
         {"type": "hour_performance", "metric": "ctr", "days": 28, "operator": ">=", "threshold": 50}],
       "actions": [{"type": "resume_campaign"}, {"type": "tag_entity", "tags": ["asleep"], "remove": true}]},
      {"name": "Dayparting: Awake", "rule_type": "custom", "priority": 10,
       "description": "Somebody woke the campaign: it is not to be taken for asleep when another rule pauses it.",
       "conditions": [
         {"type": "campaign_status", "statuses": ["active"]},
         {"type": "campaign_attribute", "field": "tags", "operator": "contains", "value": "asleep"}],
       "actions": [{"type": "tag_entity", "tags": ["asleep"], "remove": true}]},
      {"name": "Dayparting: Peak", "rule_type": "scale", "priority": 53,
       "description": "At this time of the day the campaign brings half as much again as its average, and pays.",
       "conditions": {"all": [
         {"type": "hour_performance", "metric": "ctr", "days": 28, "operator": ">=", "threshold": 150},
         {"type": "metric_threshold", "metric": "roas", "window": "last_7_days", "operator": ">=", "threshold": 1.5, "min_conversions": 5},
         {"not": {"type": "campaign_attribute", "field": "tags", "operator": "contains", "value": "peak"}}]},
       "actions": [{"type": "adjust_budget", "change": "percent", "value": 25}, {"type": "tag_entity", "tags": ["peak"]}]},
      {"name": "Dayparting: After the Peak", "rule_type": "scale", "priority": 52,
       "description": "The best hours are over: the budget goes back to what it was.",
       "conditions": [
         {"type": "campaign_attribute", "field": "tags", "operator": "contains", "value": "peak"},
         {"type": "hour_performance", "metric": "ctr", "days": 28, "operator": "<", "threshold": 150}],
       "actions": [{"type": "adjust_budget", "change": "percent", "value": -20}, {"type": "tag_entity", "tags": ["peak"], "remove": true}]}]}'),
  ('rule', 'anomaly_alert', 1, '{
    "category": "findings",
    "summary": "Raises an alert for every serious anomaly.",
    "tune": "conditions.all[0].severity is the least severity.",
    "rules": [{
      "name": "Alert on Anomalies", "rule_type": "anomaly_response", "priority": "high",
      "description": "A high or critical anomaly of the last day that nobody has acknowledged.",
      "campaign_cooldown_minutes": 720,
      "conditions": [{"type": "anomaly_detected", "severity": "high", "hours": 24}],
      "actions": [{"type": "create_alert", "severity": "high", "title": "Anomaly"}]}]}'),
  ('rule', 'take_sure_recommendations', 1, '{
    "category": "findings",
    "summary": "Carries out what the detectors are surer of than 95 %.",
    "tune": "min_confidence in the condition and in the action; leave it in shadow until you trust the detectors.",
    "rules": [{
      "name": "Take Sure Recommendations", "rule_type": "recommendation", "priority": "medium",
      "description": "An open opportunity of high severity with a confidence of 95 % or more.",
      "max_executions_per_day": 5,
      "conditions": [{"type": "recommendation_exists", "severity": "high", "min_confidence": 95}],
      "actions": [{"type": "implement_recommendation", "severity": "high", "min_confidence": 95}]}]}'),
  ('rule', 'crisis_response', 1, '{
    "category": "events",
    "summary": "Answers a bad mention by somebody with reach: alert, message, and a pause of the campaigns it is about.",
    "tune": "Send mentions as events mention.received with sentiment, engagement_rate and author.followers.",
    "rules": [{
      "name": "Crisis Response", "rule_type": "custom", "priority": "critical",
      "description": "A mention with a sentiment below -0.5, an engagement rate above 5 % and an author with more than 10,000 followers.",
      "trigger": {"on": "event", "event": "mention.received"},
      "scope": {"related": true},
      "conditions": [
        {"type": "event_payload", "field": "sentiment", "operator": "<", "value": -0.5},
        {"type": "event_payload", "field": "engagement_rate", "operator": ">", "value": 5},
        {"type": "event_payload", "field": "author.followers", "operator": ">", "value": 10000}],
      "actions": [
        {"type": "create_alert", "severity": "critical", "title": "Crisis: a bad mention spreads", "assignee": "role:manager"},
        {"type": "send_notification", "channel": "slack", "message": "A bad mention spreads. Related campaigns are paused."},
        {"type": "pause_campaign"}]}]}')
on conflict (kind, code, version) do nothing;
