begin;
select plan(13);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
update trimtab.automation_rules set status = 'paused';
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'analyst') as analyst \gset
select test.running_campaign(:'acme', title, budget) from (values ('small', 10), ('large', 500), ('larger', 900)) c (title, budget);
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "tidy", "status": "active", "trigger": {"on": "manual"}, "conditions": [{"metric": "budget", "operator": ">", "threshold": 100}],
  "actions": [{"type": "tag_entity", "tags": ["large"]}]}') as tidy \gset
select is(trimtab.run_autonomous_operations() -> 'executed', '0', 'a run leaves a manual rule alone');
select is(trimtab.execute_rule(:'tidy', array(select id from trimtab.campaigns where title = 'larger')),
  '{"executed": 1, "shadowed": 0, "held_back": 0, "failed": 0}', 'by hand it is executed, for the campaigns named');
select is(trimtab.execute_rule(:'tidy'), '{"executed": 1, "shadowed": 0, "held_back": 1, "failed": 0}', 'or for all; its cooldown for a campaign holds');
select results_eq($$select title, tags from trimtab.campaigns order by title$$, $$values ('large', '{large}'::text[]), ('larger', '{large}'), ('small', '{}')$$, 'it is carried out where it holds');
select results_eq($$select distinct trigger_source, run_id, login from trimtab.automation_executions$$, format($$values ('person', null::uuid, %L)$$, :'manager'), 'and recorded as the person''s');
select is((select execution_count from trimtab.automation_rules where name = 'tidy'), 2, 'and counted');
select trimtab.set_rule_status(:'tidy', 'paused');
select throws_ok(format('select trimtab.execute_rule(%L)', :'tidy'), 'TT037', null, 'a paused rule is not executed');
select trimtab.set_rule_status(:'tidy', 'shadow');
select is(trimtab.execute_rule(:'tidy') -> 'shadowed', '2', 'in shadow it says what it would do');
select trimtab.save_rule('{"name": "event", "status": "active", "trigger": {"on": "event", "event": "a.b"}, "conditions": [], "actions": [{"type": "create_alert"}]}') as event \gset
select throws_ok(format('select trimtab.execute_rule(%L)', :'event'), 'TT037', null, 'an event''s rule waits for its event');
select throws_ok('select trimtab.execute_rule(null)', 'TT031', null, 'there has to be one');
select test.reset();
update trimtab.guardrails set autopilot_enabled = false;
select test.act_as(:'manager');
select is(trimtab.execute_rule(:'tidy') -> 'stopped', 'true', 'the stop switch stops it');
select test.act_as(:'analyst');
select throws_ok(format('select trimtab.execute_rule(%L)', :'tidy'), 'TT003', null, 'it takes a manager');
select test.act_as_nobody();
select throws_ok(format('select trimtab.execute_rule(%L)', :'tidy'), 'TT001', null, 'of the organization');
select test.reset();
select * from finish();
rollback;
