begin;
select plan(20);

select is(trimtab.condition_text(w.condition, w.value), w.told, w.told)
from (values
  ('{"type": "metric_threshold", "metric": "cpa", "window": "last_7_days", "operator": ">", "threshold": 50}'::jsonb, 94.14666, 'cpa of last_7_days is 94.1467 (> 50)'),
  ('{"type": "metric_rank", "metric": "roas", "window": "last_30_days", "order": "top", "count": 3}', 0, 'roas of last_30_days is not among the top 3 of the organization'),
  ('{"type": "metric_rank", "metric": "cpa", "order": "bottom", "percent": 10, "within": "platform"}', 1, 'cpa is among the bottom 10 % of the platform'),
  ('{"type": "performance_change", "metric": "cpa", "window": "last_7_days", "compare": "same_weekdays", "operator": ">", "threshold": 25}', 31.5, 'change of cpa of last_7_days against same weekdays is 31.5 % (> 25 %)'),
  ('{"type": "performance_change", "metric": "cpa", "window": "last_7_days", "compare": "same_weekdays", "operator": ">", "threshold": 25}', null, 'change of cpa of last_7_days against same weekdays (> 25 %)'),
  ('{"type": "performance_change", "metric": "ctr", "window": "last_7_days", "measure": "absolute", "operator": "<", "threshold": -1}', -2, 'difference of ctr of last_7_days against period before is -2 (< -1)'),
  ('{"type": "time_based", "from": "00:00", "to": "02:00"}', 317, 'time of the day is 05:17 (00:00 to 02:00)'),
  ('{"type": "day_of_week", "days": [0, 6]}', 6, 'day of the week is Saturday (Sunday, Saturday)'),
  ('{"type": "event_payload", "field": "author.followers", "operator": ">", "value": 10000}', 20000, 'author.followers of the event is 20000 (> 10000)'),
  ('{"type": "event_payload", "field": "language", "operator": "in", "value": ["de", "fr"]}', 0, 'language of the event does not fit (in ["de", "fr"])'),
  ('{"type": "anomaly_detected", "hours": 24, "severity": "high"}', 0, 'anomaly detected (hours 24, severity high) is 0'),
  ('{"type": "campaign_status", "statuses": ["active", "paused"]}', 1, 'campaign status (statuses active, paused) is 1'),
  ('{"type": "metric_threshold", "metric": "spend", "window": "last_7_days", "operator": ">", "compare_to": {"metric": "spend", "window": "previous_7_days", "factor": 2}}', -200.16, 'spend of last_7_days less 2 × spend of previous_7_days is -200.16 (> 0)'),
  ('{"type": "metric_threshold", "metric": "spend", "window": "today", "operator": ">=", "compare_to": {"metric": "daily_budget"}}', null, 'spend of today less daily_budget (>= 0)'),
  ('{"type": "metric_threshold", "metric": "hours_running", "operator": ">=", "threshold": 48}', 47.96, 'hours_running is 47.9 (>= 48)'),
  ('{"type": "metric_threshold", "metric": "facts_age", "operator": "<", "threshold": 48}', 6, 'facts_age is 6 (< 48)'),
  ('{"type": "budget_pacing", "period": "month", "measure": "line", "operator": ">", "threshold": 110}', 9.3316, 'pacing of the month by its line is 9.33 % (> 110 %)'),
  ('{"type": "hour_performance", "metric": "ctr", "days": 28, "operator": "<", "threshold": 50}', 100, 'hour performance (days 28, metric ctr) is 100 (< 50)'),
  ('{"type": "title_length", "operator": "between", "threshold": [1, 5]}', null, 'title length (between 1 and 5)'),
  ('{"type": "budget_pacing", "period": "day", "measure": "projection", "operator": ">", "threshold": 110}', null, 'pacing of the day by its projection (> 110 %)')
) w (condition, value, told);

select * from finish();
rollback;
