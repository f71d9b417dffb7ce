begin;
select plan(13);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
update trimtab.automation_rules set status = 'paused';
update trimtab.guardrails set max_pause_share_percent = 100;
select test.member(:'acme', 'manager') as manager \gset
select test.running_campaign(:'acme', title) from unnest(array['fresh', 'stale', 'let go']) title;
select test.facts(:'acme', (select id from trimtab.campaigns where title = 'fresh'), '2026-03-19', 50000, 500, 90, 60, 900);
select test.facts(:'acme', (select id from trimtab.campaigns where title = 'let go'), '2026-03-19', 50000, 500, 90, 60, 900);
select test.facts(:'acme', (select id from trimtab.campaigns where title = 'stale'), '2026-03-10', 50000, 500, 90, 60, 900);
create temporary view step as
select r.name, a ->> 'type' as type, e.executed_at, e.status as execution, a ->> 'campaign_title' as title, a ->> 'status' as status, a ->> 'gate' as gate,
       a #>> '{plan,budget}' as budget, a ->> 'error_message' as message
from trimtab.automation_executions e join trimtab.automation_rules r on r.id = e.rule_id cross join jsonb_array_elements(e.actions_executed) a;
grant select on step to public;
create function pg_temp.at(p_at timestamptz, p_type text) returns jsonb language plpgsql as $$
declare
  v_result jsonb;
begin
  perform test.clock_at(p_at);
  perform test.act_as((select login from test.manager));
  v_result := trimtab.submit_event(p_type) - array['event_id', 'judged'];
  perform test.reset();
  return v_result;
end $$;
create table test.manager as select :'manager' as login;
grant select on test.manager to public;

select test.act_as(:'manager');
update trimtab.campaigns set status = 'paused' where title = 'let go';
update trimtab.campaigns set status = 'active' where title = 'let go';
select trimtab.save_rule('{"name": "raise", "status": "active", "trigger": {"on": "event", "event": "sale.peaked"}, "conditions": [],
  "actions": [{"type": "adjust_budget", "change": "percent", "value": 20}], "campaign_cooldown_minutes": 30}');
select trimtab.save_rule('{"name": "lower", "status": "active", "trigger": {"on": "event", "event": "sale.slumped"}, "conditions": [],
  "actions": [{"type": "adjust_budget", "change": "percent", "value": -20}]}');
select trimtab.save_rule('{"name": "stop", "status": "active", "trigger": {"on": "event", "event": "site.down"}, "conditions": [],
  "actions": [{"type": "adjust_bid", "change": "percent", "value": 5}, {"type": "pause_campaign"}]}');
select trimtab.save_rule('{"name": "go", "status": "active", "trigger": {"on": "event", "event": "site.up"}, "conditions": [],
  "actions": [{"type": "resume_campaign"}]}');
select test.reset();

select is(pg_temp.at('2026-03-20 12:00+00', 'sale.peaked'), '{"executed": 1, "shadowed": 0, "held_back": 2, "failed": 0}', 'an event raises the budgets of whom it may');
select results_eq($$select title, status, gate, budget from step where name = 'raise' order by title$$,
  $$values ('fresh', 'success', null, '120.00'), ('let go', 'skipped', 'cool_off', '120.00'), ('stale', 'skipped', 'stale_facts', '120.00')$$,
  'not of one whose facts are stale, nor of one that a person let go');
select is((select budget from trimtab.campaigns where title = 'fresh'), 120::numeric, 'as planned');
select is(pg_temp.at('2026-03-20 12:10+00', 'sale.peaked') -> 'held_back', '3', 'not again at once');
select results_eq($$select gate, message ~ 'its cooldown is 30 minutes' from step where name = 'raise' and title = 'fresh' and executed_at = '2026-03-20 12:10+00'$$,
  $$values ('cooldown', true)$$, 'for the rule has a cooldown for each campaign');
select pg_temp.at('2026-03-20 12:40+00', 'sale.peaked');
select results_eq($$select gate, message ~ 'the next change may come after 24 hours' from step where name = 'raise' and title = 'fresh' and executed_at = '2026-03-20 12:40+00'$$,
  $$values ('cooldown', true)$$, 'and budgets have one');
select pg_temp.at('2026-03-20 12:50+00', 'sale.slumped');
select results_eq($$select title, status, gate from step where name = 'lower' order by title$$,
  $$values ('fresh', 'skipped', 'reversal'), ('let go', 'skipped', 'cool_off'), ('stale', 'success', null)$$,
  'what was raised is not lowered at once; to lower takes no fresh facts');
select pg_temp.at('2026-03-20 13:00+00', 'site.down');
select results_eq($$select title, status from step where name = 'stop' and type = 'pause_campaign' order by title$$,
  $$values ('fresh', 'success'), ('let go', 'skipped'), ('stale', 'success')$$, 'all may be paused, but the one that a person let go');
select results_eq($$select distinct gate from step where name = 'stop' and gate like 'no%'$$, $$values ('no_bid')$$, 'there is no bid to change');
select pg_temp.at('2026-03-20 14:00+00', 'site.up');
select results_eq($$select title, status, gate from step where name = 'go' order by title$$,
  $$values ('fresh', 'skipped', 'reversal'), ('stale', 'skipped', 'reversal')$$, 'what was paused is not resumed at once');
update trimtab.guardrails set reversal_hours = 0.5;
select pg_temp.at('2026-03-20 14:10+00', 'site.up');
select results_eq($$select title, status, gate from step where name = 'go' and executed_at = '2026-03-20 14:10+00' order by title$$,
  $$values ('fresh', 'success', null), ('stale', 'success', null)$$, 'when enough time has passed it is');
select results_eq($$select distinct status from trimtab.campaigns$$, $$values ('active')$$, 'really');
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "advised", "status": "active", "trigger": {"on": "event", "event": "advice.wanted"}, "conditions": [],
  "actions": [{"type": "implement_recommendation"}]}');
select test.reset();
select pg_temp.at('2026-03-20 15:00+00', 'advice.wanted');
select results_eq($$select title, status, gate from step where name = 'advised' order by title$$,
  $$values ('fresh', 'skipped', 'nothing_to_do'), ('let go', 'skipped', 'cool_off'), ('stale', 'skipped', 'nothing_to_do')$$,
  'without a recommendation there is nothing to do, which is no failure');
select * from finish();
rollback;
