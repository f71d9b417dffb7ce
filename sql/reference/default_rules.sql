insert into trimtab.library (kind, code, version, document) values
  ('default_rule', 'critical_roi_pause', 1, '{
    "name": "Critical ROI Pause", "rule_type": "pause", "priority": 100,
    "description": "Earns back less than half of what it costs.",
    "condition": {"metric": "roi", "operator": "<", "threshold": 0.5, "min_spend": 50},
    "action": {"type": "auto_pause", "notify_admin": true}}'),
  ('default_rule', 'low_roi_pause', 1, '{
    "name": "Low ROI Pause", "rule_type": "pause", "priority": 90,
    "description": "Has run for two days and does not earn back what it costs.",
    "condition": {"metric": "roi", "operator": "<", "threshold": 1.0, "min_spend": 100, "min_duration_hours": 48},
    "action": {"type": "auto_pause", "notify_admin": false}}'),
  ('default_rule', 'exceptional_roi_aggressive_scale', 1, '{
    "name": "Exceptional ROI Aggressive Scale", "rule_type": "scale", "priority": 85,
    "description": "Earns back four times its cost, on 20 conversions or more.",
    "condition": {"metric": "roi", "operator": ">=", "threshold": 4.0, "min_conversions": 20},
    "action": {"type": "auto_scale_up", "multiplier": 2.0, "max_budget": 20000}}'),
  ('default_rule', 'high_roi_scale', 1, '{
    "name": "High ROI Scale", "rule_type": "scale", "priority": 80,
    "description": "Earns back three times its cost, on 10 conversions or more.",
    "condition": {"metric": "roi", "operator": ">=", "threshold": 3.0, "min_conversions": 10},
    "action": {"type": "auto_scale_up", "multiplier": 1.5, "max_budget": 10000}}'),
  ('default_rule', 'critical_roi_pause', 2, '{
    "name": "Critical ROI Pause", "rule_type": "pause", "status": "active", "priority": 100, "campaign_cooldown_minutes": 0,
    "description": "Earns back less than half of what it costs.",
    "conditions": {"all": [{"type": "metric_threshold", "metric": "roi", "window": "lifetime", "operator": "<", "threshold": 0.5, "min_spend": 50}]},
    "actions": [{"type": "pause_campaign"}, {"type": "send_notification", "channel": "in_app", "recipients": ["role:admin"]}]}'),
  ('default_rule', 'low_roi_pause', 2, '{
    "name": "Low ROI Pause", "rule_type": "pause", "status": "active", "priority": 90, "campaign_cooldown_minutes": 0,
    "description": "Has run for two days and does not earn back what it costs.",
    "conditions": {"all": [{"type": "metric_threshold", "metric": "roi", "window": "lifetime", "operator": "<", "threshold": 1.0, "min_spend": 100, "min_duration_hours": 48}]},
    "actions": [{"type": "pause_campaign"}]}'),
  ('default_rule', 'exceptional_roi_aggressive_scale', 2, '{
    "name": "Exceptional ROI Aggressive Scale", "rule_type": "scale", "status": "active", "priority": 85, "campaign_cooldown_minutes": 0,
    "description": "Earns back four times its cost, on 20 conversions or more.",
    "conditions": {"all": [{"type": "metric_threshold", "metric": "roi", "window": "lifetime", "operator": ">=", "threshold": 4.0, "min_conversions": 20}]},
    "actions": [{"type": "adjust_budget", "change": "percent", "value": 100, "ceiling": 20000}]}'),
  ('default_rule', 'high_roi_scale', 2, '{
    "name": "High ROI Scale", "rule_type": "scale", "status": "active", "priority": 80, "campaign_cooldown_minutes": 0,
    "description": "Earns back three times its cost, on 10 conversions or more.",
    "conditions": {"all": [{"type": "metric_threshold", "metric": "roi", "window": "lifetime", "operator": ">=", "threshold": 3.0, "min_conversions": 10}]},
    "actions": [{"type": "adjust_budget", "change": "percent", "value": 50, "ceiling": 10000}]}')
on conflict (kind, code, version) do nothing;
