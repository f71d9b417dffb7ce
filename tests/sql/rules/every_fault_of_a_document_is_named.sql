begin;
select plan(46);
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset

create function pg_temp.refusal(p_statement text) returns text language plpgsql as $$
declare v_detail text; v_code text;
begin
  execute p_statement;
  return 'accepted';
exception when others then
  get stacked diagnostics v_code = returned_sqlstate, v_detail = pg_exception_detail;
  return v_code || ': ' || v_detail;
end $$;
create function pg_temp.faults(p_document jsonb) returns text language sql as $$
  select array_to_string(n.faults, E'\n') from trimtab.normalize_rule(p_document) n $$;
-- A rule with one condition, or with one action.
create function pg_temp.condition(p_condition jsonb, p_rest jsonb default '{}') returns text language sql as $$
  select pg_temp.faults(jsonb_build_object('name', 'x', 'conditions', jsonb_build_array(p_condition), 'actions', '[{"type": "pause_campaign"}]'::jsonb) || p_rest) $$;
create function pg_temp.action(p_action jsonb) returns text language sql as $$
  select pg_temp.faults(jsonb_build_object('name', 'x', 'conditions', '[{"metric": "cpa", "operator": ">", "threshold": 1}]'::jsonb, 'actions', jsonb_build_array(p_action))) $$;

select test.act_as(:'manager');
set local search_path to trimtab, test, public;

-- At once, with paths, in the order of the document.
select is(pg_temp.faults('{"name": " ", "priority": "urgent", "nmae": 1, "status": "on",
    "conditions": [{"metric": "rio", "operator": "less", "min_spend": -1, "treshold": 2}, {"any": [{"type": "moon"}, 7]}],
    "actions": [{"type": "fly"}, {"type": "pause_campaign", "params": {"why": 1}}]}'),
  format($$name: found " ", allowed: a text of 1 to 255 characters.
nmae: found 1, allowed: no such key; name, description, rule_type, category, status, priority, trigger, scope, conditions, evidence, min_confidence, actions, execution, stop_on_error, delay_between_actions_seconds, cooldown_minutes, campaign_cooldown_minutes, max_executions_per_day.
priority: found "urgent", allowed: a whole number from 0 to 1000, or low, medium, high, critical.
status: found "on", allowed: active, shadow, paused, archived, draft.
conditions[0].metric: found "rio", allowed: bid, budget, budget_utilization, daily_budget, facts_age, hours_running, clicks, comments, conversion_rate, conversions, cpa, cpc, cpm, ctr, engagement_rate, frequency, impressions, likes, reach, revenue, roas, roi, shares, spend.
conditions[0].min_spend: found -1, allowed: a number of 0 or more.
conditions[0].operator: found "less", allowed: >, >=, <, <=, =, !=, between, in.
conditions[0].threshold: found nothing, allowed: a number, or compare_to.
conditions[0].treshold: found 2, allowed: no such key; metric, window, operator, threshold, compare_to, unit, min_spend, min_conversions, min_clicks, min_impressions, min_duration_hours.
conditions[1].any[0].type: found "moon", allowed: %s.
conditions[1].any[1]: found 7, allowed: an object.
actions[0].type: found "fly", allowed: %s.
actions[1].why: found 1, allowed: no such key; message.$$,
    (select string_agg(v.code, ', ' order by v.position) from rule_vocabulary v where v.kind = 'condition'),
    (select string_agg(v.code, ', ' order by v.position) from rule_vocabulary v where v.kind = 'action')), 'every fault of every part: path, found, allowed');
select is(pg_temp.faults('[]'), 'document: found array, allowed: an object.', 'a document is an object');
select is((normalize_rule(null)).faults, array['document: found nothing, allowed: an object.'], 'nothing is none');
select is(pg_temp.faults('{}'), $$name: found nothing, allowed: a text of 1 to 255 characters.
conditions: found nothing, allowed: at least one condition; only a rule of an event or one judged by hand may have none.
actions: found nothing, allowed: at least one action.$$, 'what has to be there');
select is(pg_temp.faults('{"name": "x", "conditions": [], "condition": {"metric": "cpa", "operator": ">", "threshold": 1}, "actions": [{"type": "notify"}], "action": {"type": "notify"}}'),
  $$condition: found beside conditions, allowed: one of them.
action: found beside actions, allowed: one of them.
conditions: found nothing, allowed: at least one condition; only a rule of an event or one judged by hand may have none.$$, 'two of one part');

-- Conditions.
select is(pg_temp.condition('{"metric": "cpa", "operator": ">", "threshold": "50"}'), 'conditions[0].threshold: found "50", allowed: a number; with between two, with in a list.', 'a number in quotes is not a number');
select is(pg_temp.condition('{"metric": "cpa", "operator": ">", "threshold": 1e20}'), 'conditions[0].threshold: found 100000000000000000000, allowed: a number; with between two, with in a list.', 'nor one beyond all figures');
select is(pg_temp.condition('{"metric": "cpa", "operator": "between", "threshold": 50}'), 'conditions[0].threshold: found 50, allowed: two numbers, the lower one first.', 'between takes two');
select is(pg_temp.condition('{"metric": "cpa", "operator": "between", "threshold": [2, 1]}'), 'conditions[0].threshold: found [2, 1], allowed: two numbers, the lower one first.', 'in order');
select is(pg_temp.condition('{"metric": "cpa", "operator": "in", "threshold": 2}'), 'conditions[0].threshold: found 2, allowed: a list.', 'in takes a list');
select is(pg_temp.condition('{"metric": "cpa", "operator": "<", "threshold": [1, 2]}'), 'conditions[0].threshold: found [1, 2], allowed: a number.', 'less than takes one');
select is(pg_temp.condition('{"metric": "cpa", "window": "last_91_days", "operator": "<", "threshold": 1}'),
  'conditions[0].window: found "last_91_days", allowed: last_1_hour, last_6_hours, last_24_hours, today, yesterday, last_3_days, last_7_days, last_14_days, last_30_days, lifetime, previous_1_hour, previous_6_hours, previous_24_hours, before_today, before_yesterday, previous_3_days, previous_7_days, previous_14_days, previous_30_days, last_<1-90>_days, last_<1-168>_hours, days_<a>_to_<b>_ago, month_to_date, previous_month.', 'a window that is not kept');
select is(pg_temp.condition('{"metric": "cpa", "operator": "<", "threshold": 1, "compare_to": {"metric": "rio", "factor": "2"}}'), $$conditions[0].compare_to.factor: found "2", allowed: a number from -1000000 to 1000000.
conditions[0].compare_to.metric: found "rio", allowed: bid, budget, budget_utilization, daily_budget, facts_age, hours_running, clicks, comments, conversion_rate, conversions, cpa, cpc, cpm, ctr, engagement_rate, frequency, impressions, likes, reach, revenue, roas, roi, shares, spend.
conditions[0].threshold: found 1, allowed: none beside compare_to.$$, 'another metric');
select is(pg_temp.condition('{"metric": "cpa", "operator": "between", "compare_to": {"metric": "cpc"}}'), 'conditions[0].operator: found "between", allowed: >, >=, <, <=, =, != beside compare_to.', 'compared by size only');
select is(pg_temp.condition('{"metric": "cpa", "field": "cpc", "operator": ">", "threshold": 1, "value": 2}'), $$conditions[0].metric: found it twice, allowed: field or metric.
conditions[0].value: found it twice, allowed: threshold or value.$$, 'one thing said twice');
select is(pg_temp.condition('{"type": "performance_change", "metric": "ctr", "window": "lifetime", "operator": "<", "threshold": -20}'), 'conditions[0].window: found "lifetime", allowed: a window that has a beginning.', 'nothing stands before a lifetime');
select is(pg_temp.condition('{"type": "performance_change", "metric": "ctr", "window": "last_30_days", "compare": "same_weekdays", "operator": "<", "threshold": -20}'), 'conditions[0].window: found "last_30_days", allowed: whole days, at most 14, or last_24_hours.', 'weekdays of a month');
select is(pg_temp.condition('{"type": "performance_change", "metric": "ctr", "window": "days_20_to_6_ago", "compare": "same_weekdays", "operator": "<", "threshold": -20}'), 'conditions[0].window: found "days_20_to_6_ago", allowed: whole days, at most 14, or last_24_hours.', 'fifteen days');
select is(pg_temp.condition('{"type": "performance_change", "metric": "ctr", "window": "days_6_to_19_ago", "compare": "same_weekdays", "operator": "<", "threshold": -20}'), null, 'fourteen days');
select is(pg_temp.condition('{"type": "performance_change", "metric": "budget", "operator": "<", "threshold": -20}'), 'conditions[0].metric: found "budget", allowed: a metric with a window.', 'a budget has no window');
select is(pg_temp.condition('{"type": "metric_rank", "metric": "roas"}'), 'conditions[0].count: found nothing, allowed: a number, or percent.', 'how many of the ranking');
select is(pg_temp.condition('{"type": "metric_rank", "metric": "roas", "count": 1.5, "percent": 101}'), $$conditions[0].count: found 1.5, allowed: a whole number from 1 to 100000.
conditions[0].percent: found 101, allowed: a number from 0.01 to 100.
conditions[0].percent: found nothing, allowed: either this or count.$$, 'ranges of a ranking');
select is(pg_temp.condition('{"type": "time_based", "from": "25:00", "to": "9"}'), $$conditions[0].from: found "25:00", allowed: a time from 00:00 to 24:00.
conditions[0].to: found "9", allowed: a time from 00:00 to 24:00.$$, 'times');
select is(pg_temp.condition('{"type": "time_based", "from": "9:00", "to": "09:00"}'), 'conditions[0].to: found "09:00", allowed: another time than from.', 'no time at all');
select is(pg_temp.condition('{"type": "day_of_week", "days": ["Blursday", 7]}'), 'conditions[0].days: found ["Blursday", 7], allowed: 0 (Sunday) to 6 (Saturday) or English names of days.', 'days');
select is(pg_temp.condition('{"type": "day_of_month", "days": [0]}'), 'conditions[0].days: found [0], allowed: whole numbers from -1 to 31 without 0.', 'there is no day 0');
select is(pg_temp.condition('{"type": "campaign_status", "statuses": ["runnning"]}'), 'conditions[0].statuses: found ["runnning"], allowed: any of draft, active, paused, completed, archived.', 'statuses');
select is(pg_temp.condition('{"type": "campaign_attribute", "field": "colour", "operator": ">", "value": 1}'), $$conditions[0].field: found "colour", allowed: title, platform, group, tags, currency, id.
conditions[0].operator: found ">", allowed: =, !=, contains, in.
conditions[0].value: found 1, allowed: texts.$$, 'attributes');
select is(pg_temp.condition('{"type": "event_payload", "field": "a", "operator": ">", "value": "b"}'), $$conditions[0].type: found "event_payload", allowed: only in rules whose trigger is an event.
conditions[0].value: found "b", allowed: a number.$$, 'a payload without an event');
select is(pg_temp.condition('{"any": []}'), 'conditions[0].any: found an empty list, allowed: at least one condition.', 'an empty group');
select is(pg_temp.condition('{"any": [{"metric": "cpa", "operator": ">", "threshold": 1}], "all": [{"metric": "cpa", "operator": ">", "threshold": 1}], "x": 1}'), 'conditions[0]: found any, x beside all, allowed: all alone.', 'two groups in one');
select is(pg_temp.condition((select ('{"not": ' || repeat('{"not": ', 20) || '{"metric": "cpa", "operator": ">", "threshold": 1}' || repeat('}', 21))::jsonb)) ~ '^conditions\[0\](\.not){11}: found conditions 12 groups deep, allowed: at most 11\.$', true, 'too deep');
select is(pg_temp.condition('{"metric": "cpa", "operator": ">", "threshold": 1}', '{"trigger": {"on": "event"}, "scope": {"platforms": ["myspace"], "campaigns": ["x"], "planet": 1}, "evidence": {"min_likes": 3}, "min_confidence": 101}'),
  $$min_confidence: found 101, allowed: a number from 0 to 100.
trigger.event: found nothing, allowed: the type of the event, such as mention.received.
scope.campaigns: found ["x"], allowed: ids (select id, title from trimtab.campaigns).
scope.planet: found 1, allowed: no such key; campaigns, platforms, groups, tags, related_to, related.
scope.platforms: found ["myspace"], allowed: any of google, linkedin, meta, snapchat, tiktok, twitter.
evidence.min_likes: found 3, allowed: no such key; min_spend, min_conversions, min_clicks, min_impressions, min_duration_hours, window.$$, 'trigger, scope, evidence');
select is(pg_temp.condition('{"metric": "cpa", "operator": ">", "threshold": 1}', '{"scope": {"related": true}, "trigger_type": "schedule", "trigger_config": {"cron": "0 9 * * 1"}}'),
  $$trigger_config.cron: found "0 9 * * 1", allowed: no such key; on, event.
scope.related: found true, allowed: only in rules whose trigger is an event.$$, 'what cannot be kept is not dropped in silence');

-- Actions.
select is(pg_temp.action('{"type": "adjust_budget"}'), 'actions[0].value: found nothing, allowed: a number.', 'by how much');
select is(pg_temp.action('{"type": "adjust_budget", "value": -100}'), 'actions[0].value: found -100, allowed: percent above -100, not 0.', 'a budget is not lowered to nothing');
select is(pg_temp.action('{"type": "adjust_bid", "change": "to", "value": 0, "floor": 5, "ceiling": 4}'), $$actions[0].ceiling: found 4, allowed: not below floor.
actions[0].value: found 0, allowed: an amount above 0.$$, 'bids');
select is(pg_temp.action('{"type": "adjust_budget", "change": "ratio", "value": 3}'), $$actions[0].metric: found nothing, allowed: the metric of the ratio.
actions[0].target: found nothing, allowed: a number above 0.
actions[0].value: found 3, allowed: none beside "change": "ratio".$$, 'a ratio has a metric and a target');
select is(pg_temp.action('{"type": "auto_scale_up", "multiplier": 0.5, "max_budget": 0}'), $$actions[0].max_budget: found 0, allowed: a number of 0.01 or more.
actions[0].multiplier: found 0.5, allowed: a number from 1.0001 to 100.$$, 'scaling up goes up');
select is(pg_temp.action('{"type": "increase_budget", "value": -20}'), 'actions[0].value: found -20, allowed: a number from 0.0001 to 10000.', 'an increase does not lower');
select is(pg_temp.action('{"type": "send_notification", "channel": "pigeon", "recipients": ["nobody", "role:king"]}'), $$actions[0].channel: found "pigeon", allowed: in_app, email, slack.
actions[0].recipients: found ["nobody", "role:king"], allowed: e-mail addresses, users' ids, #channels or role:<viewer, analyst, manager, admin, owner>.$$, 'who and how');
select is(pg_temp.action('{"type": "webhook", "url": "ftp://example.com"}'), 'actions[0].url: found "ftp://example.com", allowed: an address that begins with https://.', 'addresses');
select is(pg_temp.action('{"type": "emit_event", "event": "NoDots", "payload": []}'), $$actions[0].event: found "NoDots", allowed: words with dots between them, such as mention.received.
actions[0].payload: found [], allowed: an object of at most 20000 bytes.$$, 'events');
select is(array_to_string((normalize_rule('{"name": "x", "conditions": [{"metric": "cpa", "operator": ">", "threshold": 1}],
    "actions": [{"type": "decrease_budget", "value": 5}, {"type": "adjust_bid", "value": 5}, {"type": "pause_campaign"}, {"type": "adjust_budget", "value": 5}, {"type": "resume_campaign"}, {"type": "adjust_bid", "value": 5}]}')).faults, E'\n'),
  $$actions[3].type: found adjust_budget after adjust_budget, allowed: one action that changes the budget.
actions[4].type: found resume_campaign after pause_campaign, allowed: one action that changes the status.
actions[5].type: found adjust_bid after adjust_bid, allowed: one action that changes the bid.$$, 'actions that would stand in each other''s way');

-- And the same where it is saved.
select trimtab.save_rule('{"name": "Mine", "conditions": [{"metric": "cpa", "operator": ">", "threshold": 1}], "actions": [{"type": "pause_campaign"}]}') as mine \gset
select matches(pg_temp.refusal($$select trimtab.save_rule('{"name": "x", "conditions": [{"metric": "rio"}], "actions": [{"type": "fly"}]}')$$),
  E'^TT030: conditions\\[0\\].metric: found "rio", allowed: .*\nconditions\\[0\\].operator: found nothing.*\nconditions\\[0\\].threshold: found nothing.*\nactions\\[0\\].type: found "fly"', 'a wrong rule is not saved');
select matches(pg_temp.refusal($$update trimtab.autonomous_rules set condition = '{"metric": "rio", "operator": "<", "threshold": 1}' where rule_name = 'Mine'$$),
  '^TT030: condition.metric: found "rio", allowed: ', 'nor through the view');

select * from finish();
rollback;
