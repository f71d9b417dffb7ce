begin;
select plan(25);

select test.organization('Acme') as acme \gset
select test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'analyst') as analyst \gset
select test.member(:'acme', 'viewer') as viewer \gset
select test.member(:'bolt', 'owner') as other \gset
select test.user_of(:'analyst') as analyst_id \gset
select test.campaign(:'acme', 'Summer') as summer \gset
select gen_random_uuid() as rule \gset
select test.clock_at('2026-05-01 12:00+00');

set role trimtab_definer;
select trimtab.create_alert(:'acme', ' Cost is high ', 'first', 'medium', 'rule', :'summer', :'rule', 'Watch', p_dedupe_key => 'e1:1') as alert \gset
select trimtab.create_alert(:'acme', 'Cost is high', 'same', 'medium', 'rule', :'summer', :'rule', 'Watch', p_dedupe_key => 'e1:1') as same \gset
reset role;
select is(:'same'::uuid, :'alert'::uuid, 'what was raised under a key is not raised again');
select results_eq($$select title, message, status, raised_count, campaign_title, rule_name, assignee from trimtab.v_alerts$$,
  $$values ('Cost is high', 'first', 'open', 1, 'Summer', 'Watch', null::text)$$, 'one row, counted once');

select test.clock_at('2026-05-01 13:00+00');
set role trimtab_definer;
select is(trimtab.create_alert(:'acme', 'Cost is high', 'second', 'low', 'rule', :'summer', :'rule', 'Watch', 'role:analyst', p_dedupe_key => 'e2:1'), :'alert'::uuid, 'raised again it is the same row');
select isnt(trimtab.create_alert(:'acme', 'Cost is high', null, 'low', 'rule', :'summer', null, null), :'alert'::uuid, 'another rule''s is another');
select isnt(trimtab.create_alert(:'bolt', 'Cost is high', null, 'low', 'rule'), :'alert'::uuid, 'so is another organization''s');
reset role;
select results_eq(
  format($$select message, severity, raised_count, first_raised_at, last_raised_at, assignee_role from trimtab.alerts where id = %L$$, :'alert'),
  $$values ('second', 'medium', 2, timestamptz '2026-05-01 12:00+00', timestamptz '2026-05-01 13:00+00', 'analyst')$$,
  'counted, with first and last, the gravest severity and who is to look');

select test.act_as(:'viewer');
select is((select count(*) from trimtab.v_alerts), 2::bigint, 'a viewer sees the organization''s alerts');
select throws_ok(format($$select trimtab.acknowledge_alert(%L)$$, :'alert'), 'TT003', null, 'and acknowledges none');
select throws_ok(format($$select trimtab.resolve_alert(%L)$$, :'alert'), 'TT003', null, 'resolves none');
select throws_ok(format($$select trimtab.assign_alert(%L, null)$$, :'alert'), 'TT003', null, 'assigns none');
select test.reset();

select test.act_as(:'analyst');
select is((trimtab.acknowledge_alert(:'alert', 'on it')).status, 'acknowledged', 'an analyst acknowledges it');
select is((trimtab.acknowledge_alert(:'alert', 'twice')).note, 'on it', 'twice is once');
select is((trimtab.assign_alert(:'alert', :'analyst_id')).assignee_id, :'analyst_id'::uuid, 'and takes it over from the role');
select throws_ok(format($$select trimtab.assign_alert(%L, 'nobody@example.org')$$, :'alert'), 'TT062', null, 'it is given to members only');
select test.reset();

set role trimtab_definer;
select trimtab.create_alert(:'acme', 'Cost is high', 'third', 'medium', 'rule', :'summer', :'rule', 'Watch');
reset role;
select results_eq(format($$select status, raised_count, acknowledged_by from trimtab.alerts where id = %L$$, :'alert'),
  format($$values ('acknowledged', 3, %L::uuid)$$, :'analyst_id'), 'raised again it stays acknowledged');
set role trimtab_definer;
select trimtab.create_alert(:'acme', 'Cost is high', 'worse', 'critical', 'rule', :'summer', :'rule', 'Watch', 'role:owner');
reset role;
select results_eq(format($$select status, severity, assignee_id, assignee_role from trimtab.alerts where id = %L$$, :'alert'),
  format($$values ('open', 'critical', %L::uuid, null::text)$$, :'analyst_id'), 'unless it got worse; whoever has it keeps it');

select test.act_as(:'analyst');
select is((trimtab.resolve_alert(:'alert', 'fixed')).resolved_by, :'analyst_id'::uuid, 'an analyst resolves it');
select is((trimtab.resolve_alert(:'alert', 'again')).note, 'fixed', 'twice is once');
select throws_ok(format($$select trimtab.acknowledge_alert(%L)$$, :'alert'), 'TT063', null, 'then it is closed');
select throws_ok($$select trimtab.resolve_alert(gen_random_uuid())$$, 'TT063', null, 'one that is not there is unknown');
select test.reset();
select test.act_as(:'other');
select throws_ok(format($$select trimtab.resolve_alert(%L)$$, :'alert'), 'TT063', null, 'so is another organization''s');
select test.reset();

set role trimtab_definer;
select is(trimtab.create_alert(:'acme', 'Cost is high', 'late', 'low', 'rule', :'summer', :'rule', 'Watch', p_dedupe_key => 'e2:1'), :'alert'::uuid, 'an old key raises nothing after the end either');
select isnt(trimtab.create_alert(:'acme', 'Cost is high', 'new', 'low', 'rule', :'summer', :'rule', 'Watch'), :'alert'::uuid, 'what happens anew is a new alert');
select throws_ok(format($$select trimtab.create_alert(%L, ' ', null, 'low')$$, :'acme'), 'TT064', null, 'an alert has a title');
reset role;

select results_eq(
  format($$select type, count(*) from trimtab.events where subject_id = %L group by type order by type$$, :'alert'),
  $$values ('alert.acknowledged', 1::bigint), ('alert.assigned', 2), ('alert.escalated', 1), ('alert.raised', 1), ('alert.resolved', 1)$$,
  'the journal tells what happened to it');
select * from finish();
rollback;
