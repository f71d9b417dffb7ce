begin;
select plan(6);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
update trimtab.automation_rules set status = 'paused';
select test.member(:'acme', 'manager') as manager \gset
select test.running_campaign(:'acme', title, budget) from (values ('small', 10), ('large', 500)) c (title, budget);
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "tidy", "status": "active", "trigger": {"on": "manual"}, "campaign_cooldown_minutes": 0,
  "conditions": [{"metric": "budget", "operator": ">", "threshold": 100}], "actions": [{"type": "tag_entity", "tags": ["large"]}]}') as tidy \gset
select throws_ok(format('select trimtab.execute_rule_as(%L, %L, null, ''schedule'')', :'acme', :'tidy'), '42501', null,
  'people do not call it');
select test.reset();
select is(trimtab.execute_rule_as(:'acme', :'tidy', null, 'schedule') -> 'executed', '1', 'a schedule executes the rule');
select is(trimtab.execute_rule_as(:'acme', :'tidy', null, 'trigger', '{"id": 7, "type": "a.b", "payload": {}}') -> 'executed', '1', 'so does a trigger');
select is(trimtab.execute_rule_as(:'acme', :'tidy', null, 'trigger', '{"id": 7, "type": "a.b", "payload": {}}') -> 'executed', '0', 'for one event once');
select results_eq($$select trigger_source, event_id from trimtab.automation_executions order by 1$$,
  $$values ('schedule', null::bigint), ('trigger', 7)$$, 'and it is recorded which it was');
select throws_ok(format('select trimtab.execute_rule_as(%L, gen_random_uuid(), null, ''schedule'')', :'acme'), 'TT031', null, 'there has to be one');
select * from finish();
rollback;
