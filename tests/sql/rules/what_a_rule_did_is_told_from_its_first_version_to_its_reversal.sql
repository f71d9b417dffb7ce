-- The real way: a manager saves a rule, a run acts, the manager takes it back; then every view is asked.
begin;
select plan(27);

select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme, test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'manager') as manager, test.member(:'acme', 'viewer') as viewer, test.member(:'bolt', 'owner') as other \gset
update trimtab.automation_rules set status = 'paused';
update trimtab.guardrails set max_pause_share_percent = 100;
select test.running_campaign(:'acme', 'loser') as loser, test.running_campaign(:'acme', 'winner') as winner \gset
select test.facts(:'acme', :'loser', '2026-03-10', 50000, 500, 30, 5, 3, p_days => 10);
select test.facts(:'acme', :'winner', '2026-03-10', 50000, 500, 30, 5, 90, p_days => 10);

select test.act_as(:'manager');
select trimtab.save_rule('{"name": "Stop losses", "status": "active", "priority": 90,
  "conditions": {"all": [{"type": "metric_threshold", "metric": "roas", "operator": "<", "threshold": 0.5, "min_spend": 50}]},
  "actions": [{"type": "pause_campaign"}]}') as rule \gset
select test.clock_at('2026-03-20 12:05+00');
select lives_ok('select trimtab.run_autonomous_operations()', 'a run acts');
select test.clock_at('2026-03-20 12:10+00');
select lives_ok(format('select trimtab.rollback_action(%L)', (select id from trimtab.autonomous_actions)), 'a person takes it back');
select test.clock_at('2026-03-20 12:15+00');
select lives_ok(format('select trimtab.set_rule_status(%L, ''paused'', ''Too eager'')', :'rule'), 'and switches the rule off');
select test.clock_at('2026-03-20 12:20+00');
select lives_ok(format('select trimtab.set_rule_status(%L, ''archived'')', :'rule'), 'for good');

select results_eq(format('select rule_name, category, rule_type, status, total_executions, successful_executions, failed_executions, success_rate,
    last_executed_at, executions_last_30d from trimtab.v_automation_performance where rule_id = %L', :'rule'),
  $$ values ('Stop losses', 'campaign_performance', 'campaign_performance', 'archived', 1, 1, 0, 100.00, timestamptz '2026-03-20 12:05+00', 1::bigint) $$,
  'performance, under the original''s and the later column');
select results_eq('select success_rate, executions_last_30d from trimtab.v_automation_performance where total_executions = 0 limit 1',
  'values (0::numeric, 0::bigint)', 'the rate is 0 without executions');
select is((select success_rate from trimtab.v_automation_performance where rule_id = :'rule'), trimtab.success_rate(:'rule'), 'as success_rate() says');
select results_eq(format('select rule_id, status, outcome, actions_executed, actions_successful, actions_failed, started_at, completed_at, error_message, execution_type
    from trimtab.v_automation_executions where rule_id = %L', :'rule'),
  format($$ values (%L::uuid, 'success', 'success', 1, 1, 0, timestamptz '2026-03-20 12:05+00', timestamptz '2026-03-20 12:05+00', null::text, 'rule') $$, :'rule'),
  'the execution, under the later documents'' columns');
select results_eq('select campaign_id, action, details ->> ''status'', executed_at from trimtab.rule_execution_log',
  format($$ values (%L::uuid, 'pause_campaign', 'success', timestamptz '2026-03-20 12:05+00') $$, :'loser'), 'its action');
select results_eq('select how, campaign_id, reversed_at, reversed_by from trimtab.v_rule_reversals',
  format($$ values ('taken_back', %L::uuid, timestamptz '2026-03-20 12:10+00', test.user_of(%L)) $$, :'loser', :'manager'), 'its reversal');
select results_eq(format('select executions, success_rate, changes, reversals_by_people, reversal_rate, held_back_by_gate from trimtab.v_rule_effectiveness where rule_id = %L', :'rule'),
  $$ values (1, 100.00, 1::bigint, 1::bigint, 100.00, '{}'::jsonb) $$, 'its effectiveness');
select results_eq(format('select version, side, executions, changes, reversals_by_people, other_versions, is_complete from trimtab.v_rule_version_effects where rule_id = %L order by version, side desc', :'rule'),
  $$ values (1, 'before', 0::bigint, 0::bigint, 0::bigint, 0::bigint, true), (1, 'after', 1, 1, 1, 2, false), (2, 'before', 1, 1, 1, 1, true), (2, 'after', 0, 0, 0, 1, false),
    (3, 'before', 1, 1, 1, 2, true), (3, 'after', 0, 0, 0, 0, false) $$, 'the weeks around its versions');

-- the audit log of automation
select results_eq(format('select action, entity_type, user_id, created_at from trimtab.automation_audit_log where rule_id = %L order by created_at, action desc', :'rule'),
  format($$ values ('rule_created', 'rule', %1$L::uuid, timestamptz '2026-03-20 12:00+00'), ('rule_executed', 'campaign', %1$L, '2026-03-20 12:05+00'),
    ('action_taken', 'campaign', %1$L, '2026-03-20 12:05+00'), ('rule_updated', 'rule', %1$L, '2026-03-20 12:15+00'), ('rule_deleted', 'rule', %1$L, '2026-03-20 12:20+00') $$,
    test.user_of(:'manager')), 'from its creation to its end, with who');
select is((select changes #>> '{after,name}' from trimtab.automation_audit_log where rule_id = :'rule' and action = 'rule_created'), 'Stop losses', 'what it was');
select is((select changes -> 'before' -> 'status' || (changes -> 'after' -> 'status') from trimtab.automation_audit_log where rule_id = :'rule' and action = 'rule_updated'),
  '["active", "paused"]', 'what changed');
select is((select array[changes #>> '{before,status}', changes #>> '{after,status}'] from trimtab.automation_audit_log where action = 'action_taken'),
  array['active', 'paused'], 'what an action did');
select is((select count(distinct execution_id) from trimtab.automation_audit_log where action in ('rule_executed', 'action_taken')), 1::bigint, 'of which execution');
select is((select metadata ->> 'login' from trimtab.automation_audit_log where rule_id = :'rule' and action = 'rule_created'), :'manager', 'with which login');
select is((select count(*) from trimtab.automation_audit_log where ip_address is not null and action not like 'rule\_%'), 0::bigint, 'a rule''s doing comes from no address');
select columns_are('trimtab', 'automation_audit_log', array['audit_id', 'org_id', 'rule_id', 'execution_id', 'user_id', 'action', 'entity_type', 'entity_id', 'changes',
  'metadata', 'ip_address', 'created_at'], 'with the seed''s columns');
select is((select array_agg(column_name::text order by ordinal_position) from (select column_name, ordinal_position from information_schema.columns
    where table_schema = 'trimtab' and table_name = 'v_automation_performance' order by ordinal_position limit 12) c),
  array['org_id', 'rule_id', 'rule_name', 'category', 'rule_type', 'status', 'total_executions', 'successful_executions', 'failed_executions', 'success_rate',
    'last_executed_at', 'executions_last_30d'], 'performance begins with the seeds'' columns');

select test.act_as(:'viewer');
select is((select count(*) from trimtab.automation_audit_log), 0::bigint, 'below a manager the audit log is empty');
select is((select count(*) from trimtab.v_automation_executions), 1::bigint, 'but executions are seen');
select test.act_as_engine(:'acme');
select is((select count(*) from trimtab.automation_audit_log where rule_id = :'rule'), 5::bigint, 'the engine reads the audit log of the organization it works for');
select test.act_as('trimtab_engine');
select is((select count(*) from trimtab.automation_audit_log) + (select count(*) from trimtab.v_rule_effectiveness), 0::bigint, 'and without one nothing');
select test.act_as(:'other');
select is((select count(*) from trimtab.v_automation_executions) + (select count(*) from trimtab.v_rule_reversals) + (select count(*) from trimtab.v_action_effects), 0::bigint,
  'another organization sees nothing of it');
select is((select count(*) from trimtab.automation_audit_log where rule_id = :'rule') + (select count(*) from trimtab.v_automation_performance where rule_id = :'rule'), 0::bigint, 'nowhere');
select * from finish();
rollback;
