begin;
select plan(24);
select test.clock_at('2026-03-20 12:00+00');
select test.given_decisions();
select test.organization('Acme') as acme \gset
select test.running_campaign(:'acme', 'one') as one \gset
select test.running_campaign(:'acme', 'two') as two \gset
select test.raw_rule(:'acme', 'both', '[{"type": "note", "text": "a"}, {"type": "note", "text": "b"}]') as both \gset
select test.raw_rule(:'acme', 'stops', '[{"type": "note"}, {"type": "fail"}, {"type": "note"}]') as stops \gset
select test.raw_rule(:'acme', 'goes on', '[{"type": "fail"}, {"type": "note"}]', '{"stop_on_error": false}') as goes_on \gset
select test.raw_rule(:'acme', 'independent', '[{"type": "fail", "code": "40001"}, {"type": "note"}]', '{"execution": "independent"}') as independent \gset
select test.raw_rule(:'acme', 'fails', '[{"type": "fail"}, {"type": "half_pause"}]', '{"stop_on_error": false}') as fails \gset
select test.raw_rule(:'acme', 'unknown', '[{"type": "dance"}]') as unknown \gset
select test.raw_rule(:'acme', 'shadow', '[{"type": "note"}, {"type": "half_pause"}]', '{"status": "shadow"}') as shadow \gset
select test.raw_rule(:'acme', 'held', '[{"type": "note"}]') as held \gset
select test.decided(r.id::uuid, :'one') from unnest(array[:'both', :'stops', :'goes_on', :'independent', :'fails', :'unknown', :'shadow']) r (id);
select test.decided(:'both', :'two');
select test.decided(:'held', :'one', 'cooldown');
select test.decided(:'held', :'two', 'same_facts');

select test.act_as_engine(:'acme');
select trimtab.run_organization(:'acme') as result \gset
select test.reset();

create temporary view found as
select r.name, e.* from trimtab.automation_executions e join trimtab.automation_rules r on r.id = e.rule_id;
select results_eq($$select name, mode, status, count(*) from found group by 1, 2, 3 order by 1$$, $$values
  ('both', 'active', 'success', 2::bigint), ('fails', 'active', 'failure', 1), ('goes on', 'active', 'partial', 1),
  ('independent', 'active', 'partial', 1), ('shadow', 'shadow', 'skipped', 1), ('stops', 'active', 'partial', 1), ('unknown', 'active', 'failure', 1)$$,
  'all that succeed are a success, all that fail a failure, some a part; in shadow nothing was tried; what is held back has no row');
select results_eq($$select a ->> 'status' from found, jsonb_array_elements(actions_executed) a where name = 'stops' order by a ->> 'place'$$,
  $$values ('success'), ('failure'), ('skipped')$$, 'what stands behind a failed action is skipped');
select results_eq($$select a ->> 'status' from found, jsonb_array_elements(actions_executed) a where name = 'goes on' order by a ->> 'place'$$,
  $$values ('failure'), ('success')$$, 'unless the rule does not stop on errors');
select results_eq($$select a ->> 'status' from found, jsonb_array_elements(actions_executed) a where name = 'independent' order by a ->> 'place'$$,
  $$values ('failure'), ('success')$$, 'or its actions are independent; that a value was not what it was is no more than a failed action');
select results_eq($$select error_code, error_message from found where name in ('fails', 'independent', 'stops') order by name$$,
  $$values ('P0042', 'it does not work'), ('40001', 'it does not work'), ('P0042', 'it does not work')$$, 'the first that failed says why');
select is((select error_code from found where name = 'unknown'), 'TT036', 'a type that nothing carries out fails');
select is((select results from found where name = 'stops'), '{"succeeded": 1, "failed": 1, "skipped": 1, "waiting": 0}', 'the outcomes are counted');
select results_eq($$select status from trimtab.campaigns where title = 'one'$$, $$values ('active')$$, 'what a failed action changed is undone');
select is((select count(*) from test.acts), 7::bigint, 'what a failed action wrote is undone; a shadow rule touches nothing');
select results_eq(format($$select action ->> 'text', context ->> 'place' from test.acts where context ->> 'rule_id' = %L and context ->> 'campaign_id' = %L order by number$$, :'both', :'one'),
  $$values ('a', '1'), ('b', '2')$$, 'actions are carried out in their order');
select ok((select bool_and(context ?& array['rule_id', 'rule_name', 'rule_version', 'run_id', 'execution_id', 'campaign_id', 'event', 'reason',
  'confidence_score', 'evidence', 'expected_impact', 'as_of', 'place']) from test.acts), 'handlers are told who, why and when');
select is((select a #>> '{result,noted}' is not null from found, jsonb_array_elements(actions_executed) a where name = 'goes on' and a ->> 'status' = 'success'), true,
  'what a handler answers is kept');
select is((select distinct conditions_evaluated::text from found), '[{"value": 7}]', 'with the values of the conditions');
select is((select count(*) from found where duration_ms >= 0 and completed_at = '2026-03-20 12:00+00' and run_id::text = :'result'::jsonb ->> 'run_id'), 8::bigint,
  'and duration, end and run');
select results_eq($$select a -> 'parameters' from found, jsonb_array_elements(actions_executed) a where name = 'both' and campaign_id = (select id from trimtab.campaigns where title = 'two')$$,
  $$values ('{"text": "a"}'::jsonb), ('{"text": "b"}')$$, 'and the parameters');

select results_eq($$select name, execution_count, success_count, failure_count, partial_count, shadow_count from trimtab.automation_rules where name <> 'held' and name !~ 'ROI' order by name$$,
  $$values ('both', 2, 2, 0, 0, 0), ('fails', 1, 0, 1, 0, 0), ('goes on', 1, 0, 0, 1, 0), ('independent', 1, 0, 0, 1, 0), ('shadow', 0, 0, 0, 0, 1),
    ('stops', 1, 0, 0, 1, 0), ('unknown', 1, 0, 1, 0, 0)$$, 'the rules are counted; shadow apart');
select is((select row(execution_count, last_executed_at)::text from trimtab.automation_rules where name = 'held'), '(0,)', 'what is held back counts for nothing');
select is((select count(*) from trimtab.audit_log where action = 'rule.updated'), 0::bigint, 'counting is no change of a rule');
select results_eq($$select code, mode, hold_count from trimtab.held_decisions$$, $$values ('cooldown', 'active', 1)$$,
  'what a gate held back is kept, but not that the facts are the same');
select is(:'result'::jsonb - array['timestamp', 'run_id', 'knowledge_revision', 'actions_taken'],
  '{"success": true, "executed": 7, "shadowed": 1, "held_back": 1, "failed": 5}', 'the run counts them');
select results_eq($$select executed, shadowed, held_back, failed, status from trimtab.autopilot_runs$$, $$values (7, 1, 1, 5, 'partial')$$, 'on its row too');
select results_eq($$select action_type, status, error_code, new_state ->> 'status' from trimtab.campaign_changes$$,
  $$values ('status_changed', 'failed', 'P0043', 'active')$$, 'a failed change of a campaign is in its ledger');

select test.act_as(test.member(:'acme', 'viewer'));
select is(trimtab.success_rate(:'both'), 100.00, 'two of two');
select is(trimtab.success_rate(:'shadow'), 0::numeric, 'without executions it is 0');
select test.reset();
select * from finish();
rollback;
