begin;
select plan(20);

select test.clock_at('2026-05-20 10:00+00');
select test.organization('Acme', 'America/New_York', 'USD') as acme, test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'admin') as admin, test.member(:'acme', 'manager') as manager, test.member(:'bolt', 'owner') as other \gset
select test.user_of(:'manager') as person \gset
delete from trimtab.automation_rules;
select test.running_campaign(:'acme', 'shoes') as shoes \gset
insert into trimtab.automation_rules (org_id, id, name, rule_type, status, priority, document, leaves, signal_positions, bounds)
values (:'acme', '00000000-0000-4000-8000-00000000000a', 'Pause', 'pause', 'active', 50, '{}', '[]', '{}', '{}');
-- One changed 6 dollars a day for the better, undisturbed; one 2 for the worse, disturbed; one is not measured; one was taken back.
insert into trimtab.campaign_changes (org_id, id, campaign_id, action_type, is_automated, origin, reason, previous_state, new_state, status, login, rule_id,
  rule_version, executed_at, created_at, rolled_back_at, rolled_back_by, evidence, actual_impact)
select :'acme', md5('change ' || n)::uuid, :'shoes', 'auto_pause', true, 'rule', 'x', '{"status": "active"}', '{"status": "paused"}',
  case n when 4 then 'rolled_back' else 'executed' end, 'x', '00000000-0000-4000-8000-00000000000a', 1, at, at,
  case n when 4 then at end, case n when 4 then :'person'::uuid end, '{"expected": {"spend_per_day": -10, "revenue_per_day": -3}}', impact::jsonb
from (values
  -- The last evening of April in New York.
  (1, timestamptz '2026-05-01 03:59+00', '{"per_day": {"spend": {"change": -10}, "revenue": {"change": -4}}, "compared": {"spend_per_day": {"expected": -10}, "revenue_per_day": {"expected": -3}}, "other_changes": 0}'),
  (2, '2026-05-01 04:00+00', '{"per_day": {"spend": {"change": -1}, "revenue": {"change": -3}}, "compared": {"spend_per_day": {"expected": -10}, "revenue_per_day": {"expected": -3}}, "other_changes": 2}'),
  (3, '2026-05-19 12:00+00', null),
  (4, '2026-05-19 13:00+00', null)) x (n, at, impact);
insert into trimtab.automation_executions (org_id, rule_id, rule_version, campaign_id, trigger_source, status, executed_at, login, actions_executed)
select :'acme', l.rule_id, 1, l.campaign_id, 'clock', 'success', l.executed_at, 'x', jsonb_build_array(
  jsonb_build_object('type', 'pause_campaign', 'status', 'success', 'change_id', l.id), jsonb_build_object('type', 'create_alert', 'status', 'success'))
from trimtab.campaign_changes l where l.org_id = :'acme' and l.rule_id is not null;

select test.act_as(:'manager');
select results_eq('select month, action_type, actions, reversed_actions, minutes_per_action, hours_saved from trimtab.v_time_saved order by 1, 2',
  $$ values (date '2026-04-01', 'create_alert', 1::bigint, 0::bigint, 2::numeric, 0.03), ('2026-04-01', 'pause_campaign', 1, 0, 5, 0.08),
    ('2026-05-01', 'create_alert', 3, 0, 2, 0.10), ('2026-05-01', 'pause_campaign', 3, 1, 5, 0.17) $$,
  'actions by the month of the organization, at the minutes of the installation, less what people took back');
select results_eq('select month, actions, reversed_actions, hours_saved, changes, measured_changes, unmeasured_changes, disturbed_changes from trimtab.v_automation_benefit order by month',
  $$ values (date '2026-04-01', 2::bigint, 0::bigint, 0.11, 1::bigint, 1::bigint, 0::bigint, 0::bigint), ('2026-05-01', 6, 1, 0.27, 2, 1, 1, 1) $$, 'how much is known is told');
select results_eq('select month, expected_benefit, measured_benefit, undisturbed_benefit from trimtab.v_automation_benefit order by month',
  $$ values (date '2026-04-01', 49.00, 42.00, 42.00), ('2026-05-01', 49.00, -14.00, null::numeric) $$, 'expected against measured: revenue less spend over the measured week');
select results_eq('select value_of_time, running_cost, balance, return_on_cost from trimtab.v_automation_benefit',
  'values (null::numeric, null::numeric, null::numeric, null::numeric), (null, null, null, null)', 'what nobody has stated is not known, and no balance is made up');
select throws_ok('select trimtab.set_automation_assumptions(10, 60, 20)', 'TT003', null, 'a manager states nothing');
select throws_ok('update trimtab.automation_assumptions set hourly_cost = 1', '42501', null, 'nor past the function');

select test.act_as(:'admin');
select throws_ok('select trimtab.set_automation_assumptions(-1, ''NaN'', -5)', 'TT038',
  'these assumptions are not possible', 'what is impossible is refused');
select results_eq('select minutes_per_action, hourly_cost, monthly_cost from trimtab.set_automation_assumptions(12, 50, 20)', 'values (12::numeric, 50::numeric, 20::numeric)',
  'an admin states what is assumed');
select results_eq('select distinct minutes_per_action, is_own_assumption from trimtab.v_time_saved', 'values (12::numeric, true)', 'the own figure counts for every type of action');
-- April: 2 actions, 24 minutes, 20.00; 42 + 20 - 20. May: 5 actions, an hour, 50.00; -14 + 50 - 20.
select results_eq('select month, hours_saved, value_of_time, running_cost, balance, return_on_cost from trimtab.v_automation_benefit order by month',
  $$ values (date '2026-04-01', 0.40, 20.00, 20::numeric, 42.00, 3.1000), ('2026-05-01', 1.00, 50.00, 20, 16.00, 1.8000) $$,
  'and then there is a balance, and what a dollar of cost brought');
select results_eq('select (trimtab.set_automation_assumptions(null, 50)).monthly_cost', 'values (null::numeric)', 'what is left out is not stated any more');
select is((select count(*) from trimtab.v_automation_benefit where balance is not null), 0::bigint, 'without a cost no balance');
select is((select count(*) from trimtab.v_automation_benefit where value_of_time is not null), 2::bigint, 'though the value of time is known');
select test.act_as(:'other');
select is((select count(*) from trimtab.automation_assumptions), 0::bigint, 'another organization sees nothing of it');
select is((select count(*) from trimtab.v_automation_benefit), 0::bigint, 'nor of the benefit');
select test.act_as(:'manager');
select is((select hourly_cost from trimtab.automation_assumptions), 50::numeric, 'members read what is assumed');
select is((select count(*) from trimtab.audit_log where entity_type = 'automation_assumptions'), 2::bigint, 'and who stated it is in the audit log');
select is((select array_agg(distinct user_id) from trimtab.audit_log where entity_type = 'automation_assumptions'), array[test.user_of(:'admin')], 'by name');
select results_eq('select month, action_type, changes, taken_back, spend_stopped_per_day from trimtab.v_automation_money order by 1',
  $$ values (date '2026-04-01', 'auto_pause', 1::bigint, 0::bigint, 10.00), ('2026-05-01', 'auto_pause', 3, 1, 20.00) $$, 'the spend that was stopped, without what was taken back');
select is((select round(sum(hours_saved), 2) from trimtab.v_time_saved), 0.38, 'at the minutes of the installation again');
select * from finish();
rollback;
