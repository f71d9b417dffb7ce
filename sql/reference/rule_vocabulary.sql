-- What a rule may say. Kind rule: the parts of a document, and actions under names that are turned into others.
-- Documents are checked against these rows, and the tables of the documents are made from them.
insert into trimtab.rule_vocabulary (kind, code, position, judges, changes, aliases, summary) values
  ('rule', 'document',   1, null, null, '{}', 'A rule.'),
  ('rule', 'trigger',    2, null, null, '{}', 'When a rule is judged.'),
  ('rule', 'scope',      3, null, null, '{}', 'Which campaigns it judges; several parts narrow it further, an empty scope means all.'),
  ('rule', 'evidence',   4, null, null, '{}', 'What has to be there at least, whatever the conditions say.'),
  ('rule', 'comparison', 5, null, null, '{}', 'The metric that another one is compared with.'),
  ('rule', 'auto_scale_up',   10, null, null, '{}', 'Becomes adjust_budget.'),
  ('rule', 'increase_budget', 11, null, null, '{}', 'Becomes adjust_budget.'),
  ('rule', 'decrease_budget', 12, null, null, '{}', 'Becomes adjust_budget.'),

  ('condition', 'metric_threshold',       1, 'facts',    null, '{metric}', 'A metric of a window is above, below or between figures, or above or below another metric times a factor.'),
  ('condition', 'performance_change',     2, 'facts',    null, '{}', 'A metric has changed against an earlier window by so many percent, or by so much.'),
  ('condition', 'budget_pacing',          3, 'facts',    null, '{}', 'What is spent of the budget, against the time that has passed.'),
  ('condition', 'metric_rank',            4, 'facts',    null, '{}', 'The campaign is among the best or the worst.'),
  ('condition', 'hour_performance',      14, 'calendar', null, '{}', 'What the present hour of the day brings, against the campaign''s whole day.'),
  ('condition', 'anomaly_detected',       5, 'findings', null, '{}', 'There is an anomaly that nobody has acknowledged.'),
  ('condition', 'recommendation_exists',  6, 'findings', null, '{}', 'There is an open opportunity.'),
  ('condition', 'campaign_status',        7, 'campaign', null, '{}', 'The campaign has one of these statuses.'),
  ('condition', 'campaign_attribute',     8, 'campaign', null, '{}', 'The campaign''s title, platform, group, tags, currency or id.'),
  ('condition', 'time_based',             9, 'calendar', null, '{time_of_day}', 'The time of the day, in the organization''s time zone.'),
  ('condition', 'day_of_week',           10, 'calendar', null, '{days_of_week}', 'The day of the week, in the organization''s time zone.'),
  ('condition', 'day_of_month',          11, 'calendar', null, '{}', 'The day of the month, in the organization''s time zone.'),
  ('condition', 'working_day_of_month',  12, 'calendar', null, '{}', 'The working day of the month (Monday to Friday), in the organization''s time zone.'),
  ('condition', 'event_payload',         13, 'event',    null, '{}', 'A value that came with the event.'),

  ('action', 'pause_campaign',            1, null, 'status',   '{auto_pause,pause_underperforming}', 'Pauses the campaign.'),
  ('action', 'resume_campaign',           2, null, 'status',   '{}', 'Resumes the campaign.'),
  ('action', 'adjust_budget',             3, null, 'budget',   '{}', 'Raises or lowers the budget.'),
  ('action', 'adjust_bid',                4, null, 'bid',      '{}', 'Raises or lowers the bid.'),
  ('action', 'send_notification',         5, null, 'nothing',  '{notify}', 'Tells people.'),
  ('action', 'create_alert',              6, null, 'nothing',  '{}', 'Raises an alert that somebody has to close.'),
  ('action', 'acknowledge_anomaly',       7, null, 'nothing',  '{}', 'Acknowledges the campaign''s open anomalies.'),
  ('action', 'implement_recommendation',  8, null, 'proposed', '{}', 'Carries out what the campaign''s open opportunity proposes.'),
  ('action', 'webhook',                   9, null, 'nothing',  '{trigger_webhook}', 'Calls an address outside.'),
  ('action', 'tag_entity',               10, null, 'nothing',  '{}', 'Gives the campaign tags, or takes them away.'),
  ('action', 'assign',                   11, null, 'nothing',  '{}', 'Gives the campaign''s alerts to somebody.'),
  ('action', 'emit_event',               12, null, 'nothing',  '{}', 'Writes an event into the journal, which other rules may judge.')
on conflict (kind, code) do update set
  position = excluded.position, judges = excluded.judges, changes = excluded.changes, aliases = excluded.aliases,
  summary = excluded.summary;

with severities (words) as (
  values (array['low', 'medium', 'high', 'critical'])
), findings (words) as (
  values (array['low_conversion', 'high_traffic_low_conversion', 'declining_performance', 'budget_inefficiency',
                'audience_mismatch', 'creative_fatigue', 'timing_optimization'])
), operators (words, numeric_words) as (
  values (array['>', '>=', '<', '<=', '=', '!=', 'between', 'in', 'contains'], array['>', '>=', '<', '<=', '=', '!=', 'between', 'in'])
), said (kind, code, name, position, value_type, is_required, minimum, maximum, allowed, default_value, aliases, description) as (
  values
    -- the document
    ('rule', 'document', 'name', 1, 'text', true, null::numeric, 255::numeric, null::text[], null::jsonb, '{rule_name}'::text[], 'Unique among the organization''s rules that are not archived.'),
    ('rule', 'document', 'description', 2, 'text', false, null, 2000, null, null, '{}', 'What it is for.'),
    ('rule', 'document', 'rule_type', 3, 'text', false, null, 50,
      array['campaign_performance', 'budget_pacing', 'anomaly_response', 'recommendation', 'schedule', 'pause', 'scale', 'optimize', 'create',
            'budget_optimization', 'bid_adjustment', 'creative_rotation', 'schedule_pause', 'schedule_resume', 'alert',
            'budget_reallocation', 'pause_underperforming', 'scale_winners', 'custom'],
      '"campaign_performance"', '{}', 'A label to sort by; it changes nothing.'),
    ('rule', 'document', 'category', 4, 'text', false, null, 100, null, null, '{}', 'A label to sort by; it changes nothing.'),
    ('rule', 'document', 'status', 5, 'text', false, null, null, array['active', 'shadow', 'paused', 'archived', 'draft'], '"shadow"', '{}', 'shadow: it decides and records, and touches nothing. draft means shadow.'),
    ('rule', 'document', 'priority', 6, 'integer', false, 0, 1000, null, '50', '{}', 'Of several rules that would change one campaign the highest acts. low is 25, medium 50, high 75, critical 100.'),
    ('rule', 'document', 'trigger', 7, 'any', false, null, null, null, '{"on": "run"}', '{}', 'When the rule is judged.'),
    ('rule', 'document', 'scope', 8, 'any', false, null, null, null, '{}', '{}', 'Which campaigns it judges.'),
    ('rule', 'document', 'conditions', 9, 'any', true, null, null, null, null, '{condition,trigger_conditions,trigger_condition}', 'One condition, a list, or groups of all, any and not.'),
    ('rule', 'document', 'evidence', 10, 'any', false, null, null, null, null, '{}', 'Minimum evidence for the whole rule.'),
    ('rule', 'document', 'min_confidence', 11, 'number', false, 0, 100, null, null, '{}', 'Least probability in percent that what was seen is really so.'),
    ('rule', 'document', 'actions', 12, 'any', true, null, null, null, null, '{action}', 'One action or a list.'),
    ('rule', 'document', 'execution', 13, 'text', false, null, null, array['in_order', 'independent'], '"in_order"', '{}', 'in_order: one after the other; independent: each for itself.'),
    ('rule', 'document', 'stop_on_error', 14, 'boolean', false, null, null, null, 'true', '{}', 'In order: leave out what comes after an action that failed.'),
    ('rule', 'document', 'delay_between_actions_seconds', 15, 'integer', false, 0, 86400, null, '0', '{}', 'Time between two actions.'),
    ('rule', 'document', 'cooldown_minutes', 16, 'integer', false, 0, 525600, null, '0', '{}', 'Least time between two executions of the rule, whatever the campaign.'),
    ('rule', 'document', 'campaign_cooldown_minutes', 17, 'integer', false, 0, 525600, null, '60', '{}', 'Least time between two executions of the rule for one campaign.'),
    ('rule', 'document', 'max_executions_per_day', 18, 'integer', false, 0, 1000000, null, null, '{}', 'Executions within a day of the organization''s time zone; absent: no limit, 0: never.'),
    ('rule', 'document', 'enabled', 201, 'boolean', false, null, null, null, null, '{is_active}', 'false: paused; true: active where no status is given.'),
    ('rule', 'document', 'condition_logic', 202, 'text', false, null, null, array['and', 'or', 'all', 'any', 'custom'], null, '{}', 'How a list of conditions is joined; custom: the groups say it.'),
    ('rule', 'document', 'execute_sequentially', 203, 'boolean', false, null, null, null, null, '{}', 'true: execution in_order; false: independent.'),
    ('rule', 'document', 'entity_type', 204, 'text', false, null, null, array['campaign', 'account'], null, '{}', 'Rules judge campaigns; account: all of them.'),
    ('rule', 'document', 'entity_id', 205, 'uuid', false, null, null, null, null, '{}', 'The one campaign that is judged.'),
    ('rule', 'document', 'trigger_type', 206, 'text', false, null, null, array['event', 'schedule', 'condition', 'performance', 'run', 'manual'], null, '{}', 'Other spelling of trigger; schedule, condition and performance: by each run.'),
    ('rule', 'document', 'trigger_config', 207, 'object', false, null, null, null, null, '{}', 'With trigger_type event: {event}.'),

    ('rule', 'trigger', 'on', 1, 'text', true, null, null, array['run', 'event', 'manual'], null, '{type}', 'run: by each run of the autopilot; event: when an event comes; manual: only when asked.'),
    ('rule', 'trigger', 'event', 2, 'event', false, null, null, null, null, '{event_type,event_name}', 'Type of the event, such as mention.received.'),

    ('rule', 'scope', 'campaigns', 1, 'uuids', false, null, null, null, null, '{campaign,campaign_id,campaign_ids}', 'Ids of campaigns.'),
    ('rule', 'scope', 'platforms', 2, 'words', false, null, null, (select array_agg(p.code order by p.code) from trimtab.platforms p), null, '{platform}', 'Platforms.'),
    ('rule', 'scope', 'groups', 3, 'uuids', false, null, null, null, null, '{group,group_id,group_ids}', 'Ids of campaign groups.'),
    ('rule', 'scope', 'tags', 4, 'texts', false, null, 100, null, null, '{tag}', 'Campaigns with any of these tags, in capitals or not.'),
    ('rule', 'scope', 'related_to', 5, 'uuid', false, null, null, null, null, '{}', 'Campaigns that share a group or a tag with this one, and itself.'),
    ('rule', 'scope', 'related', 6, 'boolean', false, null, null, null, null, '{}', 'Of an event''s rule: campaigns that the event names, and those that share a group or a tag with them.'),

    ('rule', 'comparison', 'metric', 1, 'metric', true, null, null, null, null, '{}', 'Any metric; budget, daily_budget and bid as well.'),
    ('rule', 'comparison', 'window', 2, 'window', false, null, null, null, '"lifetime"', '{}', 'Its window.'),
    ('rule', 'comparison', 'factor', 3, 'number', false, -1000000, 1000000, null, '1', '{}', 'What it is multiplied by.'),

    ('rule', 'auto_scale_up', 'multiplier', 1, 'number', true, 1.0001, 100, null, null, '{}', 'The budget times this.'),
    ('rule', 'auto_scale_up', 'max_budget', 2, 'number', false, 0.01, null, null, null, '{}', 'The budget is not raised above this.'),
    ('rule', 'increase_budget', 'value', 1, 'number', true, 0.0001, 10000, null, null, '{percent}', 'By so many percent.'),
    ('rule', 'increase_budget', 'max_budget', 2, 'number', false, 0.01, null, null, null, '{ceiling}', 'The budget is not raised above this.'),
    ('rule', 'decrease_budget', 'value', 1, 'number', true, -99.9999, 99.9999, null, null, '{percent}', 'By so many percent; -30 says the same as 30.'),
    ('rule', 'decrease_budget', 'min_budget', 2, 'number', false, 0.01, null, null, null, '{floor}', 'The budget is not lowered below this.'),

    -- conditions
    ('condition', 'metric_threshold', 'metric', 1, 'metric', true, null, null, null, null, '{field}', 'Any metric of the catalogue; budget, daily_budget and bid as well.'),
    ('condition', 'metric_threshold', 'window', 2, 'window', false, null, null, null, '"lifetime"', '{}', 'The window of the metric and of the minimum evidence.'),
    ('condition', 'metric_threshold', 'operator', 3, 'operator', true, null, null, (select numeric_words from operators), null, '{}', 'How it is compared.'),
    ('condition', 'metric_threshold', 'threshold', 4, 'threshold', false, null, null, null, null, '{value}', 'A number; between: [low, high], both included; in: a list. Percent metrics in percent.'),
    ('condition', 'metric_threshold', 'compare_to', 5, 'comparison', false, null, null, null, null, '{}', 'Instead of a threshold: {metric, window, factor}.'),
    ('condition', 'metric_threshold', 'unit', 6, 'text', false, null, null, array['percent', 'fraction'], null, '{}', 'fraction: the threshold of a percent metric is given as a fraction (0.01 is 1 %).'),
    ('condition', 'performance_change', 'metric', 1, 'metric', true, null, null, null, null, '{field}', 'Any metric with a window.'),
    ('condition', 'performance_change', 'window', 2, 'window', false, null, null, null, '"last_7_days"', '{}', 'The window that is looked at.'),
    ('condition', 'performance_change', 'compare', 3, 'window', false, null, null, array['period_before', 'same_weekdays'], '"period_before"', '{compare_to}', 'What it is compared with: the period before, the same weekdays of the four weeks before, or any window.'),
    ('condition', 'performance_change', 'measure', 4, 'text', false, null, null, array['percent', 'absolute'], '"percent"', '{}', 'Change in percent of the earlier value, or in the metric''s unit. A fall is negative.'),
    ('condition', 'performance_change', 'operator', 5, 'operator', true, null, null, (select numeric_words from operators), null, '{}', 'How the change is compared.'),
    ('condition', 'performance_change', 'threshold', 6, 'threshold', true, null, null, null, null, '{value}', 'The change: -20 is a fall by 20 percent.'),
    ('condition', 'budget_pacing', 'period', 1, 'text', false, null, null, array['day', 'month', 'flight'], '"month"', '{}', 'day: daily budget; month: monthly_budget, else 30.4 daily budgets; flight: from start to end of the campaign.'),
    ('condition', 'budget_pacing', 'measure', 2, 'text', false, null, null, array['line', 'projection'], '"line"', '{}', 'line: spent so far in percent of what should be spent by now; projection: what will be spent by the end in percent of the budget.'),
    ('condition', 'budget_pacing', 'operator', 3, 'operator', true, null, null, (select numeric_words from operators), null, '{}', 'How the percentage is compared.'),
    ('condition', 'budget_pacing', 'threshold', 4, 'threshold', true, null, null, null, null, '{value}', 'Percent: 100 is just on the line.'),
    ('condition', 'budget_pacing', 'monthly_budget', 5, 'number', false, 0.01, null, null, null, '{}', 'The month''s budget, in the organization''s currency.'),
    ('condition', 'metric_rank', 'metric', 1, 'metric', true, null, null, null, null, '{field}', 'Any metric with a window.'),
    ('condition', 'metric_rank', 'window', 2, 'window', false, null, null, null, '"lifetime"', '{}', 'Its window.'),
    ('condition', 'metric_rank', 'order', 3, 'text', false, null, null, array['top', 'bottom'], '"top"', '{}', 'top: the highest values.'),
    ('condition', 'metric_rank', 'count', 4, 'integer', false, 1, 100000, null, null, '{}', 'So many campaigns.'),
    ('condition', 'metric_rank', 'percent', 5, 'number', false, 0.01, 100, null, null, '{}', 'So many percent of the campaigns that are ranked, rounded up.'),
    ('condition', 'metric_rank', 'within', 6, 'text', false, null, null, array['organization', 'platform', 'group'], '"organization"', '{}', 'Among which campaigns.'),
    ('condition', 'metric_rank', 'zeros', 7, 'text', false, null, null, array['with', 'without'], '"with"', '{}', 'Whether campaigns with the value 0 are ranked.'),
    ('condition', 'hour_performance', 'metric', 1, 'text', false, null, null, array['ctr', 'conversion_rate', 'engagement_rate', 'roas'], '"ctr"', '{}', 'What is compared.'),
    ('condition', 'hour_performance', 'days', 2, 'integer', false, 7, 90, null, '28', '{}', 'Over so many days that end yesterday, from hourly facts.'),
    ('condition', 'hour_performance', 'operator', 3, 'operator', true, null, null, (select numeric_words from operators), null, '{}', 'How the percentage is compared.'),
    ('condition', 'hour_performance', 'threshold', 4, 'threshold', true, null, null, null, null, '{value}', 'Percent of the whole day: 100 is an hour like the others.'),
    ('condition', 'anomaly_detected', 'severity', 1, 'text', false, null, null, (select words from severities), '"low"', '{}', 'The least severity.'),
    ('condition', 'anomaly_detected', 'hours', 2, 'integer', false, 1, 720, null, '24', '{}', 'Detected within so many hours.'),
    ('condition', 'anomaly_detected', 'metric', 3, 'metric', false, null, null, null, null, '{}', 'Only of this metric.'),
    ('condition', 'anomaly_detected', 'direction', 4, 'text', false, null, null, array['up', 'down'], null, '{}', 'Only above or below what was expected.'),
    ('condition', 'recommendation_exists', 'recommendation_type', 1, 'text', false, null, null, (select words from findings), null, '{opportunity_type}', 'Only of this type.'),
    ('condition', 'recommendation_exists', 'severity', 2, 'text', false, null, null, (select words from severities), null, '{}', 'The least severity.'),
    ('condition', 'recommendation_exists', 'min_confidence', 3, 'number', false, 0, 100, null, null, '{}', 'The least confidence, in percent.'),
    ('condition', 'campaign_status', 'statuses', 1, 'words', true, null, null, array['draft', 'active', 'paused', 'completed', 'archived'], null, '{status,value}', 'Any of these.'),
    ('condition', 'campaign_attribute', 'field', 1, 'text', true, null, null, array['title', 'platform', 'group', 'tags', 'currency', 'id'], null, '{}', 'What is looked at; group is the group''s name.'),
    ('condition', 'campaign_attribute', 'operator', 2, 'operator', true, null, null, array['=', '!=', 'contains', 'in'], null, '{}', 'contains: the title contains the text, or the tags contain the tag; capitals make no difference.'),
    ('condition', 'campaign_attribute', 'value', 3, 'any', true, null, null, null, null, '{threshold}', 'A text; in: a list of texts.'),
    ('condition', 'time_based', 'from', 1, 'time', false, null, null, null, '"00:00"', '{start,start_time,after}', 'From this time on.'),
    ('condition', 'time_based', 'to', 2, 'time', false, null, null, null, '"24:00"', '{end,end_time,before}', 'Before this time. Where it is earlier than from, the time passes midnight.'),
    ('condition', 'day_of_week', 'days', 1, 'weekdays', true, null, null, null, null, '{day,days_of_week,day_of_week,value}', '0 is Sunday, 6 Saturday; English names are read.'),
    ('condition', 'day_of_month', 'days', 1, 'integers', true, -1, 31, null, null, '{day,day_of_month,value}', '1 to 31; -1 is the last.'),
    ('condition', 'working_day_of_month', 'days', 1, 'integers', true, -1, 23, null, null, '{day,value}', '1 is the first working day, -1 the last.'),
    ('condition', 'event_payload', 'field', 1, 'text', true, null, 200, null, null, '{}', 'Path in the payload, with dots: author.followers.'),
    ('condition', 'event_payload', 'operator', 2, 'operator', true, null, null, (select words from operators), null, '{}', 'How it is compared.'),
    ('condition', 'event_payload', 'value', 3, 'any', true, null, null, null, null, '{threshold}', 'A number, a text, true or false, or a list.'),

    -- actions
    ('action', 'pause_campaign', 'message', 1, 'text', false, null, 2000, null, null, '{reason}', 'Stands in the ledger beside the reason.'),
    ('action', 'resume_campaign', 'only_paused_by_rules', 1, 'boolean', false, null, null, null, 'true', '{}', 'false: also campaigns that a person paused.'),
    ('action', 'send_notification', 'channel', 1, 'text', false, null, null, array['in_app', 'email', 'slack'], '"in_app"', '{}', 'How.'),
    ('action', 'send_notification', 'recipients', 2, 'recipients', false, null, null, null, null, '{recipient,to}', 'Addresses, user ids or role:<role>; in_app and email: role:admin when absent.'),
    ('action', 'send_notification', 'message', 3, 'text', false, null, 2000, null, null, '{text,value}', 'What to say; absent: the reason of the decision.'),
    ('action', 'send_notification', 'subject', 4, 'text', false, null, 200, null, null, '{title}', 'Its title.'),
    ('action', 'create_alert', 'severity', 1, 'text', false, null, null, (select words from severities), '"medium"', '{priority}', 'How urgent.'),
    ('action', 'create_alert', 'title', 2, 'text', false, null, 200, null, null, '{subject}', 'Absent: the rule''s name.'),
    ('action', 'create_alert', 'message', 3, 'text', false, null, 2000, null, null, '{text}', 'Absent: the reason of the decision.'),
    ('action', 'create_alert', 'assignee', 4, 'recipient', false, null, null, null, null, '{assign_to}', 'Who has to see to it: a user id, an address or role:<role>.'),
    ('action', 'acknowledge_anomaly', 'severity', 1, 'text', false, null, null, (select words from severities), null, '{}', 'The least severity.'),
    ('action', 'acknowledge_anomaly', 'hours', 2, 'integer', false, 1, 720, null, null, '{}', 'Detected within so many hours.'),
    ('action', 'acknowledge_anomaly', 'metric', 3, 'metric', false, null, null, null, null, '{}', 'Only of this metric.'),
    ('action', 'implement_recommendation', 'recommendation_type', 1, 'text', false, null, null, (select words from findings), null, '{opportunity_type}', 'Only of this type.'),
    ('action', 'implement_recommendation', 'severity', 2, 'text', false, null, null, (select words from severities), null, '{}', 'The least severity.'),
    ('action', 'implement_recommendation', 'min_confidence', 3, 'number', false, 0, 100, null, null, '{}', 'The least confidence, in percent.'),
    ('action', 'webhook', 'url', 1, 'url', true, null, 2048, null, null, '{endpoint}', 'Where: https, to an address that is not within a private network.'),
    ('action', 'webhook', 'method', 2, 'text', false, null, null, array['POST', 'PUT'], '"POST"', '{}', 'POST or PUT.'),
    ('action', 'webhook', 'payload', 3, 'object', false, null, null, null, null, '{body,data}', 'What is sent, as it stands; absent: the decision with its conditions.'),
    ('action', 'tag_entity', 'tags', 1, 'texts', true, null, 100, null, null, '{tag,value}', 'The tags.'),
    ('action', 'tag_entity', 'remove', 2, 'boolean', false, null, null, null, 'false', '{}', 'true: they are taken away.'),
    ('action', 'assign', 'assignee', 1, 'recipient', true, null, null, null, null, '{assign_to,to,user_id,value}', 'A user id, an address or role:<role>.'),
    ('action', 'emit_event', 'event', 1, 'event', true, null, null, null, null, '{event_type,event_name}', 'Type of the event, in words with dots.'),
    ('action', 'emit_event', 'payload', 2, 'object', false, null, null, null, null, '{data}', 'What comes with it.')
    -- The same for budgets and bids.
    union all
    select 'action', t.code, p.name, p.position, p.value_type, p.is_required, p.minimum, p.maximum, p.allowed, p.default_value, p.aliases,
           replace(p.description, '<it>', t.word)
    from (values ('adjust_budget', 'budget'), ('adjust_bid', 'bid')) t (code, word)
    cross join (
      values
        ('change', 1, 'text', false, null::numeric, null::numeric, array['percent', 'absolute', 'to', 'ratio'], '"percent"'::jsonb, '{adjustment_type}'::text[],
          'percent: by so many percent; absolute: by so much; to: to this value; ratio: times actual ÷ target where more of the metric is better, times target ÷ actual where less is.'),
        ('value', 2, 'number', false, null, null, null, null, '{adjustment_value}', 'percent -30, absolute 5, to 100; not for ratio.'),
        ('metric', 3, 'metric', false, null, null, null, null, '{}', 'ratio: the metric.'),
        ('window', 4, 'window', false, null, null, null, null, '{}', 'ratio: its window; last_7_days when absent.'),
        ('target', 5, 'number', false, 0.000001, null, null, null, '{}', 'ratio: the value that is wanted.'),
        ('floor', 6, 'number', false, 0.01, null, null, null, '{min_budget,min_bid}', 'The <it> is not lowered below this (organization''s currency).'),
        ('ceiling', 7, 'number', false, 0.01, null, null, null, '{max_budget,max_bid}', 'The <it> is not raised above this (organization''s currency).'),
        ('max_step_percent', 8, 'number', false, 0.01, 1000, null, null, '{}', 'At once by so many percent at most.')
    ) p (name, position, value_type, is_required, minimum, maximum, allowed, default_value, aliases, description)
    -- The same minima of evidence.
    union all
    select t.kind, t.code, p.name, p.position, 'number', false, 0, null, null, null, '{}', p.description
    from (values ('condition', 'metric_threshold'), ('condition', 'performance_change'), ('rule', 'evidence')) t (kind, code)
    cross join (
      values
        ('min_spend', 101, 'At least so much spent within the window.'),
        ('min_conversions', 102, 'At least so many conversions within the window.'),
        ('min_clicks', 103, 'At least so many clicks within the window.'),
        ('min_impressions', 104, 'At least so many impressions within the window.'),
        ('min_duration_hours', 105, 'Active for at least so many hours, pauses not counted.')
    ) p (name, position, description)
    union all
    select 'rule', 'evidence', 'window', 106, 'window', false, null, null, null, '"lifetime"', '{}', 'The window of these minima.'
)
insert into trimtab.rule_vocabulary_parameters (
  kind, code, name, position, value_type, is_required, minimum, maximum, allowed, default_value, aliases, description)
select s.kind, s.code, s.name, s.position, s.value_type, s.is_required, s.minimum, s.maximum, s.allowed, s.default_value, s.aliases, s.description
from said s
on conflict (kind, code, name) do update set
  position = excluded.position, value_type = excluded.value_type, is_required = excluded.is_required, minimum = excluded.minimum,
  maximum = excluded.maximum, allowed = excluded.allowed, default_value = excluded.default_value, aliases = excluded.aliases,
  description = excluded.description;
