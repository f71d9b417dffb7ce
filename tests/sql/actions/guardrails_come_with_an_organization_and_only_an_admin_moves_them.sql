begin;
select plan(14);
select test.organization('Acme') as acme \gset
select test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'admin') as admin \gset
select test.member(:'acme', 'manager') as manager \gset

select test.act_as(:'manager');
select results_eq('select autopilot_enabled, max_pause_share_percent, cool_off_hours from trimtab.guardrails',
  $$values (true, 25::numeric, 72::numeric)$$, 'a new organization has guardrails, and sees its own only');
select is((trimtab.guardrails_of(:'acme')).max_facts_age_hours, 48::numeric, 'guardrails_of() reads them');
select is((trimtab.guardrails_of(:'bolt')).org_id, null, 'another organization''s are not to be had');
select throws_ok('update trimtab.guardrails set autopilot_enabled = false', 'TT003', null, 'a manager may not stop the autopilot');

select test.act_as(:'admin');
select test.clock_at('2026-03-20 10:00+00');
update trimtab.guardrails set autopilot_enabled = false, max_pause_share_percent = 10;
select results_eq('select autopilot_enabled, max_pause_share_percent, updated_at from trimtab.guardrails',
  $$values (false, 10::numeric, timestamptz '2026-03-20 10:00+00')$$, 'an admin may');
select throws_ok('update trimtab.guardrails set max_pause_share_percent = 101', 'TT015', null, 'within their ranges');
select throws_ok($$update trimtab.guardrails set cool_off_hours = 87600.1, max_budget_step_percent = 'NaN', reversal_hours = 5$$, 'TT015', null,
  'nor by what no decision could be made with, or what bounds nothing');
select throws_ok($$select trimtab.change_guardrails('{"cool_off_hours": 1e400}')$$, 'TT015', null, 'whichever way');
select lives_ok('update trimtab.guardrails set cool_off_hours = 87600, max_daily_budget_step_percent = 1000000', 'ten years are allowed');
update trimtab.guardrails set cool_off_hours = 72, max_daily_budget_step_percent = 100;
select throws_ok(format('update trimtab.guardrails set org_id = %L', :'bolt'), '42501', null, 'for the own organization');
select throws_ok('delete from trimtab.guardrails', '42501', null, 'and nobody deletes them');

select test.reset();
select results_eq($$select old_values, new_values from trimtab.audit_log where action = 'guardrails.updated' order by id limit 1$$,
  $$values ('{"autopilot_enabled": true, "max_pause_share_percent": 25}'::jsonb, '{"autopilot_enabled": false, "max_pause_share_percent": 10}'::jsonb)$$,
  'the audit log says from what to what');
select is((trimtab.guardrails_of(:'bolt')).autopilot_enabled, true, 'the other organization''s are as they were');
select trimtab.create_guardrails(:'acme');
select is((trimtab.guardrails_of(:'acme')).max_pause_share_percent, 10::numeric, 'making them again changes nothing');
select * from finish();
rollback;
