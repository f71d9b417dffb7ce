begin;
select plan(34);

select test.organization('Acme') as acme, test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'manager') as manager, test.member(:'acme', 'analyst') as analyst, test.member(:'bolt', 'manager') as other \gset
select test.campaign(:'bolt', 'Theirs') as theirs \gset
-- The faults with which a document is refused; null: it is taken.
create function pg_temp.faults(p_document jsonb) returns text language plpgsql as $$
declare
  v_detail text;
begin
  perform trimtab.save_trigger(p_document);
  return null;
exception when sqlstate 'TT077' then
  get stacked diagnostics v_detail = pg_exception_detail;
  return v_detail;
end
$$;
create function pg_temp.condition(p_condition text) returns text language sql as $$
  select pg_temp.faults(jsonb_build_object('name', 'c', 'event', jsonb_build_object('type', 'a.b', 'condition', p_condition), 'target', '{"type": "alert"}'::jsonb))
$$;
create function pg_temp.metric(p_metric text) returns text language sql as $$
  select pg_temp.faults(jsonb_build_object('name', 'm', 'metric', p_metric::jsonb, 'target', '{"type": "alert"}'::jsonb))
$$;
create function pg_temp.target(p_target text) returns text language sql as $$
  select pg_temp.faults(jsonb_build_object('name', 't', 'event', '{"type": "a.b"}'::jsonb, 'target', p_target::jsonb))
$$;

select test.act_as(:'analyst');
select throws_ok($$ select trimtab.save_trigger('{}') $$, 'TT003', null, 'a manager saves triggers');
select test.act_as(:'manager');
select is(pg_temp.faults('[1]'), 'document: found [1], allowed: an object.', 'it is an object');
select is(pg_temp.faults('{"name": " ", "status": "on", "event": {"type": "Nope", "subject_id": "x", "colour": 1, "condition": "$.a +"}, "x": 1,
    "rate_limit": {"count": 0}, "debounce": {"seconds": 1.5}, "batch": {"events": 1, "seconds": 1}, "target": {"type": "moon"}}'),
  E'x: found this key, allowed: batch, debounce, description, event, metric, name, rate_limit, status, target.
name: found " ", allowed: a text of 1 to 200 characters.
status: found "on", allowed: active, paused.
event.colour: found this key, allowed: condition, subject_id, subject_type, type.
event.subject_id: found "x", allowed: an id.
rate_limit.count: found 0, allowed: a whole number from 1 to 100000.
rate_limit.seconds: found nothing, allowed: a whole number from 1 to 604800 (a week).
debounce.seconds: found 1.5, allowed: a whole number from 1 to 604800 (a week).
batch: found beside debounce, allowed: one of them.
event.type: found Nope, allowed: a dotted type such as mention.received, or what types begin with, such as mention.*.
event.condition: syntax error at end of jsonpath input; allowed: a jsonpath predicate.
target.type: found moon, allowed: alert, emit_event, notification, rule, schedule.', 'all faults at once, with their paths');
select is(pg_temp.faults('{"name": "x", "target": {"type": "alert"}}'), 'document: found neither event nor metric, allowed: one of event and metric.', 'it listens to something');
select is(pg_temp.faults('{"name": "x", "event": {"type": "a.b"}, "metric": {"metric": "spend", "window": "today", "milestone": {"every": 1}}, "target": {"type": "alert"}}'),
  'document: found event and metric, allowed: one of event and metric.', 'to one thing');

-- Conditions are predicates that cannot raise.
select is(pg_temp.condition('$.a'), 'event.condition: gives nothing for an empty payload; allowed: a predicate, which is true, false or unknown, such as $.sentiment < -0.5.', 'a path is no predicate');
select is(pg_temp.condition('$.a ? (@ > 1)'), 'event.condition: gives nothing for an empty payload; allowed: a predicate, which is true, false or unknown, such as $.sentiment < -0.5.', 'a filter neither');
select is(pg_temp.condition('$'), 'event.condition: gives object for an empty payload; allowed: a predicate, which is true, false or unknown, such as $.sentiment < -0.5.', 'nor the payload');
select is(pg_temp.condition('exists($.a ? (@ == $x))'), 'event.condition: names a variable; allowed: the payload ($) and constants.', 'variables are refused');
select is(pg_temp.condition('$.at.datetime() < "2026-01-01".datetime()'),
  'event.condition: reads dates, whose answer depends on who asks; allowed: comparisons of numbers, texts and booleans.', 'so are dates');
select is(pg_temp.condition('$.a like_regex "^(.*)\\1$"'),
  'event.condition: refers back within a pattern, which can take for ever; allowed: patterns without back references.', 'and back references');
-- What multiplies with each step or each element would keep whoever writes an event waiting for ever.
select matches(pg_temp.condition(c), 'can take for ever', 'so is ' || left(c, 50))
from unnest(array[
  '$.a like_regex "(?=.*a)(?=.*b)x"', '$.a like_regex "x(?<!\\(y)"', '$.**.**.** == 5', 'exists($.** ? (exists($.** ? (@ == 1))))',
  '$' || repeat('[0,0]', 100) || ' == 1', '$.keyvalue().keyvalue().key == "a"', 'exists($.a[*] ? (@ == $.b[*]))',
  'exists($.a ? (@.size() > 1) ? ((@.b + 1) == ($.c)))']) c;
select is(concat(
    pg_temp.condition('$.** == 1 && $."a,b" == "(?=$" && $."x.**" == 2'), pg_temp.condition('$.a[0 to 2] == 1 && $.a[last] == $.b'),
    pg_temp.condition('$.a like_regex "\\(?=x, (?:i)"'), pg_temp.condition('(exists($.kv.keyvalue() ? (@.value > (1 + 2))) && ($.c.size() > 1))'),
    pg_temp.condition('$.a > 1 && !($.b like_regex "^x\\d" flag "i") || exists($.c[*] ? (@.d == "$x"))'),
    pg_temp.condition('strict $.a == "a$"'), pg_temp.condition('$.text == "datetime"'), pg_temp.condition('$.a like_regex "\\\\1"')),
  '', 'all else is taken');

-- Metrics.
select is(pg_temp.metric('{"metric": "luck", "window": "today"}'),
  E'metric: found none of them, allowed: one of threshold, change and milestone.
metric.metric: found luck, allowed: bid, budget, budget_utilization, clicks, comments, conversion_rate, conversions, cpa, cpc, cpm, ctr, daily_budget, engagement_rate, facts_age, frequency, hours_running, impressions, likes, reach, revenue, roas, roi, shares, spend.', 'a metric of the catalogue');
select is(pg_temp.metric('{"metric": "spend", "milestone": {"every": 10}}'),
  'metric.window: found nothing, allowed: last_1_hour, last_6_hours, last_24_hours, today, yesterday, last_3_days, last_7_days, last_14_days, last_30_days, lifetime, last_<n>_days, last_<n>_hours, month_to_date, previous_month.', 'over a window');
select is(pg_temp.metric('{"metric": "budget", "window": "today", "milestone": {"every": 10, "levels": [1]}}'),
  E'metric.milestone: found not one of every and levels, allowed: one of them.
metric.window: found today, allowed: nothing; budget has no window.', 'where it has one');
select is(pg_temp.metric(format('{"metric": "spend", "window": "last_9_days", "subject_id": "%s", "threshold": {"operator": "=", "value": "1", "hysteresis": -1}, "change": {"percent": 0}}', :'theirs')),
  E'metric: found threshold and change, allowed: one of threshold, change and milestone.
metric.threshold.operator: found "=", allowed: >, >=, <, <=.
metric.threshold.value: found "1", allowed: a number.
metric.change.percent: found 0, allowed: a number above 0.
metric.threshold.hysteresis: found -1, allowed: 0 or more.
metric.subject_id: found ' || :'theirs' || ', allowed: a campaign of the organization.', 'with one test, about one''s own');
select is(pg_temp.metric('{"metric": "followers", "subject_type": "account", "window": "today", "change": {"percent": 1, "absolute": 1}}'),
  E'metric.change: found not one of percent and absolute, allowed: one of them.
metric.window: found today, allowed: nothing; only metrics of campaigns have one.', 'other subjects have no windows');

-- Targets.
select is(pg_temp.target('{"type": "rule", "rule": "None", "x": 1}'), E'target.x: found this key, allowed: rule, type.
target.rule: found None, allowed: the name or id of a rule that is not archived.', 'a rule that there is');
select trimtab.save_rule('{"name": "Waits", "trigger": {"on": "event", "event": "a.b"}, "conditions": [{"type": "event_payload", "field": "a", "operator": "=", "value": 1}],
  "actions": [{"type": "create_alert"}]}');
select is(pg_temp.target('{"type": "rule", "rule": "Waits"}'), 'target.rule: found Waits, allowed: a rule that does not wait for an event of its own (trigger manual or run).', 'and waits for no event');
select is(pg_temp.target('{"type": "notification", "recipients": ["role:king", "a@example.com"], "channel": "slack"}'),
  'target.recipients: found role:king, allowed: members'' addresses or ids, or role:<role>; other addresses and #channels.', 'people who can be written to');
select is(pg_temp.target('{"type": "alert", "severity": "huge", "assignee": "nobody"}'),
  E'target.severity: found "huge", allowed: low, medium, high, critical.
target.assignee: found nobody, allowed: a member''s address or id, or role:<role>.', 'an alert that there can be');
select is(pg_temp.target('{"type": "emit_event", "event": "campaign.status_changed"}'),
  'target.event: Events that begin with campaign. are the system''s own.', 'an event of one''s own');

select is(pg_temp.target('{"type": "schedule", "schedule": "None"}'), 'target.schedule: found None, allowed: the name of a schedule.', 'a schedule that there is');

-- Saved again, by name.
select is(trimtab.save_trigger('{"name": "Again", "status": "paused", "event": {"type": "a.b"}, "target": {"type": "alert"}}'),
  trimtab.save_trigger('{"name": "Again", "event": {"type": "a.c"}, "target": {"type": "alert"}}'), 'the same name is the same trigger');
select is((select status || ' ' || event_type from trimtab.v_triggers where name = 'Again'), 'paused a.c', 'which stays what it is where nothing is said');
select test.act_as(:'other');
select throws_ok(format('select trimtab.set_trigger_status(%L, ''paused'')', (select test.id_of(:'acme', 'triggers'))), 'TT078', null, 'others have no part in it');
select test.reset();

select * from finish();
rollback;
