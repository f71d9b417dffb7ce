begin;
select plan(26);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'Europe/Berlin', 'EUR') as acme \gset
select test.member(:'acme', 'viewer') as viewer \gset
update trimtab.automation_rules set status = 'paused' where org_id = :'acme';
select test.running_campaign(:'acme', 'poor', 100) as poor \gset
select test.running_campaign(:'acme', 'good', 100) as good \gset
select test.running_campaign(:'acme', 'new', 100) as new \gset
select test.running_campaign(:'acme', 'asleep', 100, 30, 'paused') as asleep \gset
select test.facts(:'acme', :'poor', '2026-03-13', 50000, 3000, 100, 20, 50, p_days => 7);
select test.facts(:'acme', :'good', '2026-03-13', 50000, 3000, 100, 20, 300, p_days => 7);
select test.member(:'acme', 'manager') as manager \gset
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "Losing", "status": "active", "priority": 50, "conditions": {"all": [
    {"metric": "roas", "window": "last_7_days", "operator": "<", "threshold": 1, "min_spend": 200},
    {"not": {"type": "day_of_week", "days": ["saturday", "sunday"]}}]},
  "actions": [{"type": "pause_campaign"}]}') as losing \gset
select trimtab.save_rule('{"name": "Mention", "status": "active", "trigger": {"on": "event", "event": "mention.received"},
  "scope": {"related": true}, "conditions": [{"type": "event_payload", "field": "sentiment", "operator": "<", "value": -0.5},
    {"metric": "spend", "operator": ">", "threshold": 10}],
  "actions": [{"type": "create_alert"}]}') as mention \gset
select test.act_as(:'viewer');
create function pg_temp.told(p_rule text, p_campaign text) returns jsonb language sql as
  'select trimtab.explain_rule(p_rule::uuid, p_campaign::uuid)';

-- One that is met.
select pg_temp.told(:'losing', :'poor') as poor_told \gset
select is(:'poor_told'::jsonb ->> 'outcome', 'acts', 'a rule that is met acts');
select is(:'poor_told'::jsonb -> 'gate', 'null', 'nothing holds it back');
select is(:'poor_told'::jsonb #> '{conditions,nodes,0,value}', '0.5', 'the actual value: 350 of 700');
select is(:'poor_told'::jsonb #>> '{conditions,nodes,0,condition,threshold}', '1', 'the threshold');
select is((:'poor_told'::jsonb #>> '{conditions,nodes,0,window_bounds}')::tstzrange, '[2026-03-13 00:00+01,2026-03-20 00:00+01)'::tstzrange,
  'the bounds of the window, in days of the organization');
select is(:'poor_told'::jsonb #> '{conditions,nodes,1,group}', '"not"', 'groups as they were written');
select is((:'poor_told'::jsonb ->> 'confidence_score')::numeric > 99, true, 'how sure it is');
select is(array(select f ->> 'metric' || ' ' || (f ->> 'reached') || ' ' || (f ->> 'flips_at') from jsonb_array_elements(:'poor_told'::jsonb -> 'flips') f order by 1),
  array['roas at 1', 'spend below 200'], 'the smallest change of each figure that would turn it round');

-- One that is not.
select pg_temp.told(:'losing', :'good') as good_told \gset
select is(:'good_told'::jsonb ->> 'outcome', 'conditions not met', 'one that is not met');
select is(:'good_told'::jsonb #> '{conditions,nodes,0,value}', '3', 'has its value, too: 2,100 of 700');
select is(:'good_told'::jsonb #> '{conditions,nodes,0,holds}', 'false', 'does not hold');
select is(array(select f ->> 'metric' || ' ' || (f ->> 'reached') || ' ' || (f ->> 'flips_at') from jsonb_array_elements(:'good_told'::jsonb -> 'flips') f), array['roas below 1'], 'and would below 1');

-- What is not known, and who is not asked.
select is(pg_temp.told(:'losing', :'new') #> '{conditions,nodes,0}' -> 'holds', 'null', 'what is not known neither holds nor does not');
select is(pg_temp.told(:'losing', :'asleep') ->> 'outcome', 'not judged', 'a paused campaign is not judged');
select is(pg_temp.told(:'losing', :'asleep') ->> 'reason', 'The campaign is paused; the rule judges those that are active.', 'which is told');

-- The gate that stops it.
select test.reset();
update trimtab.campaigns set autonomous_enabled = false where id = :'poor';
select test.act_as(:'viewer');
select is(pg_temp.told(:'losing', :'poor') #>> '{gate,code}', 'opted_out', 'the gate that holds it back');
select is(pg_temp.told(:'losing', :'poor') ->> 'outcome', 'held back', 'is the outcome');

-- A rule of an event is asked about the latest one.
select is(pg_temp.told(:'mention', :'poor') ->> 'reason', 'There is no event mention.received in the journal.', 'without an event there is nothing to judge');
select test.reset();
select trimtab.emit_event(:'acme'::uuid, 'mention.received', '{"sentiment": -0.2}', 'campaign', :'poor');
select test.act_as(:'viewer');
select is(pg_temp.told(:'mention', :'poor') ->> 'outcome', 'conditions not met', 'the latest event is judged');
select is(pg_temp.told(:'mention', :'poor') #> '{conditions,nodes,0,value}', '-0.2', 'by its payload');
select is(pg_temp.told(:'mention', :'good') ->> 'reason', 'The campaign is not in the rule''s scope.', 'for the campaigns that it is about');

-- Rules of one event stand beside each other: of those that hold, the highest priority changes the campaign.
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "Halve it", "status": "active", "priority": 60, "trigger": {"on": "event", "event": "stock.low"},
  "conditions": [{"type": "event_payload", "field": "left", "operator": "<", "value": 10},
    {"metric": "spend", "operator": ">", "threshold": 10}],
  "actions": [{"type": "adjust_budget", "change": "percent", "value": -50}]}') as halve \gset
select trimtab.save_rule('{"name": "Stop it", "status": "active", "priority": 70, "trigger": {"on": "event", "event": "stock.low"},
  "conditions": [{"type": "event_payload", "field": "left", "operator": "<", "value": 5},
    {"metric": "spend", "operator": ">", "threshold": 10}],
  "actions": [{"type": "pause_campaign"}]}') as stop \gset
select test.reset();
select trimtab.emit_event(:'acme'::uuid, 'stock.low', '{"left": 7}', 'campaign', :'good');
select test.act_as(:'viewer');
select is(pg_temp.told(:'halve', :'good') ->> 'outcome', 'acts', 'a rule of an event acts where no other of that event holds');
select is(pg_temp.told(:'stop', :'good') ->> 'outcome', 'conditions not met', 'which is told of the other');
select test.reset();
select test.clock_at('2026-03-20 12:01+00');
select trimtab.emit_event(:'acme'::uuid, 'stock.low', '{"left": 3}', 'campaign', :'good');
select test.act_as(:'viewer');
select is(pg_temp.told(:'stop', :'good') ->> 'outcome', 'acts', 'where both hold the highest priority acts');
select is(pg_temp.told(:'halve', :'good') #>> '{gate,code}', 'lower_priority', 'and the other is held back by it');

select throws_ok(format('select pg_temp.told(%L, %L)', :'losing', gen_random_uuid()), 'TT010', null, 'there must be such a campaign');
select * from finish();
rollback;
