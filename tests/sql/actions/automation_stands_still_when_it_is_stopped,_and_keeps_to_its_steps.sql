begin;
select plan(27);
select test.clock_at('2026-03-10 12:00+00');
select test.organization('Acme') as acme \gset
select test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'admin') as admin \gset
select test.member(:'acme', 'manager') as manager \gset
select test.running_campaign(:'acme', 'One', 100) as one \gset
select test.running_campaign(:'acme', 'Two', 100) as two \gset
select test.running_campaign(:'acme', 'Three', 100) as three \gset
select test.running_campaign(:'bolt', 'Far', 100) as far \gset
prepare scale(uuid, uuid, numeric) as select trimtab.scale_campaign_as($1, $2, $3, 'test', 90, 'rule');
prepare pause(uuid, uuid) as select trimtab.pause_campaign_as($1, $2, 'test', 90, 'rule');

-- The organization's switch.
select test.act_as(:'admin');
update trimtab.guardrails set autopilot_enabled = false;
select test.reset();
select throws_ok(format('execute scale(%L, %L, 110)', :'acme', :'one'), 'TT019', null, 'a rule raises nothing');
select throws_ok(format('execute pause(%L, %L)', :'acme', :'one'), 'TT019', null, 'and pauses nothing');
select test.act_as_engine(:'acme');
select throws_ok(format('select trimtab.auto_pause_campaign(%L, %L)', :'one', 'engine'), 'TT019', null, 'nor does the engine');
select test.reset();
select lives_ok(format('execute scale(%L, %L, 110)', :'bolt', :'far'), 'another organization goes on');
select test.act_as(:'manager');
select lives_ok(format('select trimtab.auto_pause_campaign(%L, %L)', :'one', 'by hand'), 'and so do people');
select lives_ok(format($$update trimtab.campaigns set status = 'active' where id = %L$$, :'one'), 'in every way');
select is(trimtab.automation_stop(:'acme'), 'The autopilot is switched off (guardrails.autopilot_enabled).', 'it is said why');
select test.act_as(:'admin');
update trimtab.guardrails set autopilot_enabled = true;

-- The system's.
select throws_ok($$select trimtab.stop_system('mine')$$, '42501', null, 'no member stops the system');
select test.act_as_engine(:'acme');
select throws_ok($$select trimtab.stop_system('mine')$$, '42501', null, 'nor does the engine');
select test.reset();
select throws_ok($$select trimtab.stop_system(' ')$$, 'TT015', null, 'a stop needs a reason');
select is(trimtab.stop_system('A platform reports nonsense.'),
  'All automation was stopped by an operator at 2026-03-10T12:00:00+00:00: A platform reports nonsense.', 'an operator stops all of it');
select throws_ok(format('execute scale(%L, %L, 110)', :'acme', :'one'), 'TT019', null, 'in one organization');
select throws_ok(format('execute scale(%L, %L, 120)', :'bolt', :'far'), 'TT019', null, 'and in the other');
select test.act_as(:'manager');
select matches(trimtab.automation_stop(:'acme'), 'nonsense', 'everybody reads why');
select ok((trimtab.run_autonomous_operations() ->> 'stopped')::boolean, 'a run decides nothing');
select test.reset();
select trimtab.start_system();
select is(trimtab.system_stop(), null, 'and it goes on');

-- Steps: at most 50 % at once and 80 % in 24 hours.
update trimtab.guardrails set max_budget_step_percent = 50, max_daily_budget_step_percent = 80, max_pause_share_percent = 34 where org_id = :'acme';
select throws_ok(format('execute scale(%L, %L, 150.01)', :'acme', :'one'), 'TT018', null, 'a step beyond 50 % is refused');
select lives_ok(format('execute scale(%L, %L, 150)', :'acme', :'one'), 'one of 50 % is not');
select throws_ok(format('execute scale(%L, %L, 180.01)', :'acme', :'one'), 'TT018', null, 'a second one may go to 180');
select lives_ok(format('execute scale(%L, %L, 180)', :'acme', :'one'), 'which it does');
select test.clock_at('2026-03-11 12:00+00');
select lives_ok(format('execute scale(%L, %L, 270)', :'acme', :'one'), 'a day later it is counted anew');
select test.act_as(:'manager');
select lives_ok(format('update trimtab.campaigns set budget = 9999 where id = %L', :'one'), 'people take the steps they want');
select test.reset();

-- The share: a third of three.
select lives_ok(format('execute pause(%L, %L)', :'acme', :'one'), 'one of three may be paused');
select throws_ok(format('execute pause(%L, %L)', :'acme', :'two'), 'TT018', null, 'a second one may not, within 24 hours');
select test.clock_at('2026-03-12 12:00+00');
select lives_ok(format('execute pause(%L, %L)', :'acme', :'two'), 'later it may');
update trimtab.guardrails set max_pause_share_percent = 0 where org_id = :'acme';
select test.clock_at('2026-03-14 12:00+00');
select throws_ok(format('execute pause(%L, %L)', :'acme', :'three'), 'TT018', null, 'with 0 % none may');
select is((select count(*) from trimtab.campaign_changes where status in ('pending', 'failed'))::integer, 0, 'what was refused left nothing behind');
select * from finish();
rollback;
