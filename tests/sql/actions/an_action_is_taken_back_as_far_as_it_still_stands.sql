begin;
select plan(48);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'manager') as other \gset
select test.member(:'acme', 'analyst') as analyst \gset
select test.member(:'bolt', 'owner') as stranger \gset
insert into trimtab.campaigns (org_id, title, platform, status, budget, daily_budget, bid, currency)
select :'acme', t, 'meta', 'active', 100, 10, 1, 'USD'
from unnest(array['whole', 'part', 'none', 'chain', 'ended', 'closed', 'by hand', 'half by hand', 'zero', 'again']) t;
update trimtab.campaigns set budget = 0, daily_budget = null where title = 'zero';
select id as whole from trimtab.campaigns where title = 'whole' \gset
select id as part from trimtab.campaigns where title = 'part' \gset
select id as none from trimtab.campaigns where title = 'none' \gset
select id as chain from trimtab.campaigns where title = 'chain' \gset
select id as ended from trimtab.campaigns where title = 'ended' \gset
select id as closed from trimtab.campaigns where title = 'closed' \gset
select id as by_hand from trimtab.campaigns where title = 'by hand' \gset
select id as half from trimtab.campaigns where title = 'half by hand' \gset
select id as zero from trimtab.campaigns where title = 'zero' \gset
select id as again from trimtab.campaigns where title = 'again' \gset

-- As a whole: both budgets, and the row that says so.
select test.act_as(:'manager');
select trimtab.auto_scale_campaign(:'whole', 150, 'ROI 4.1', 90) as a \gset
select test.clock_at('2026-03-21 12:00+00');
select test.act_as(:'other');
select trimtab.rollback_action(:'a', 'Too soon') as r \gset
select is(:'r'::jsonb - 'rollback_id', jsonb_build_object(
  'action_id', :'a', 'status', 'rolled_back', 'already_rolled_back', false,
  'rolled_back_at', timestamptz '2026-03-21 12:00+00', 'rolled_back_by', test.user_of(:'other'),
  'restored', '{"budget": 100, "daily_budget": 10}'::jsonb, 'already', '{}'::jsonb, 'left', '{}'::jsonb), 'it says what it restored');
select results_eq(format('select budget, daily_budget, status from trimtab.campaigns where id = %L', :'whole'),
  $$values (100::numeric, 10::numeric, 'active')$$, 'and both budgets are as before');
select results_eq(format('select status, rolled_back_at, rolled_back_by from trimtab.autonomous_actions where id = %L', :'a'),
  format($$values ('rolled_back', timestamptz '2026-03-21 12:00+00', %L::uuid)$$, test.user_of(:'other')), 'the action is marked, with when and by whom');
select results_eq(format('select id, action_type, is_automated, origin, reason, previous_state ->> ''budget'', new_state ->> ''budget'', status, user_id
    from trimtab.campaign_changes where rollback_of = %L', :'a'),
  format($$values (%L::uuid, 'rollback', false, 'rollback', 'Too soon', '150.00', '100', 'executed', %L::uuid)$$, :'r'::jsonb ->> 'rollback_id', test.user_of(:'other')),
  'the rollback is a row of the ledger');
select results_eq(format($$select action, old_values ->> 'status', new_values ->> 'status', new_values ->> 'reason' from trimtab.audit_log where entity_id = %L$$, :'a'),
  $$values ('campaign_change.rolled_back', 'executed', 'rolled_back', 'Too soon')$$, 'the audit log has it');
select is((select payload -> 'restored' from trimtab.events where type = 'action.rolled_back'), '{"budget": 100, "daily_budget": 10}'::jsonb, 'so has the journal');

-- Twice is a no-op that says so.
select test.clock_at('2026-03-22 12:00+00');
select test.act_as(:'manager');
select is(trimtab.rollback_action(:'a'), jsonb_build_object(
  'action_id', :'a', 'status', 'rolled_back', 'already_rolled_back', true,
  'rolled_back_at', timestamptz '2026-03-21 12:00+00', 'rolled_back_by', test.user_of(:'other'), 'rollback_id', :'r'::jsonb ->> 'rollback_id',
  'restored', '{}'::jsonb, 'already', '{}'::jsonb, 'left', '{}'::jsonb), 'a second time it says when it was done');
select is((select count(*) from trimtab.campaign_changes where campaign_id = :'whole'), 2::bigint, 'and writes nothing');

-- In part: somebody else changed the budget since.
select trimtab.auto_scale_campaign(:'part', 150, 'ROI 4.1') as a \gset
select test.act_as(:'other');
update trimtab.campaigns set budget = 175 where id = :'part';
update trimtab.campaigns set bid = 2 where id = :'part';
select id as person_change from trimtab.campaign_changes where campaign_id = :'part' and action_type = 'budget_adjusted' \gset
select test.act_as(:'manager');
select trimtab.rollback_action(:'a') as r \gset
select is(:'r'::jsonb -> 'restored', '{"daily_budget": 10}', 'what still stands is restored');
select is(:'r'::jsonb -> 'left', jsonb_build_object('budget', jsonb_build_object(
  'now', 175, 'wrote', 150, 'before', 100, 'because', 'changed since',
  'changed_at', timestamptz '2026-03-22 12:00+00', 'changed_by', test.user_of(:'other'), 'change_id', :'person_change')),
  'what somebody changed since is listed with who and when');
select results_eq(format('select budget, daily_budget, bid from trimtab.campaigns where id = %L', :'part'),
  $$values (175::numeric, 10::numeric, 2::numeric)$$, 'and left, like what the action never wrote');

-- Nothing: all of it was changed since.
select trimtab.auto_pause_campaign(:'none', 'ROI 0.2') as a \gset
update trimtab.campaigns set status = 'draft' where id = :'none';
select throws_like(format('select trimtab.rollback_action(%L)', :'a'), 'nothing of this action can be taken back', 'where nothing can be restored it refuses');
select throws_ok(format('select trimtab.rollback_action(%L)', :'a'), 'TT014', null, 'with its own code');
create function pg_temp.detail(p_call text) returns text language plpgsql as $$
declare v_detail text;
begin
  execute p_call;
  return 'done';
exception when others then
  get stacked diagnostics v_detail = pg_exception_detail;
  return v_detail;
end $$;
select is(pg_temp.detail(format('select trimtab.rollback_action(%L)', :'a')),
  'status: the action wrote paused (before: active), now it is draft: changed since.', 'and lists what changed');
select is((select status from trimtab.autonomous_actions where id = :'a'), 'executed', 'the action stays as it is');
select is((select status from trimtab.campaigns where id = :'none'), 'draft', 'so does the campaign');

-- One after the other, last first.
select trimtab.auto_scale_campaign(:'chain', 150, 'first') as a1 \gset
select trimtab.auto_scale_campaign(:'chain', 225, 'second') as a2 \gset
select throws_ok(format('select trimtab.rollback_action(%L)', :'a1'), 'TT014', null, 'the first of two is under the second');
select is(trimtab.rollback_action(:'a2') -> 'restored', '{"budget": 150, "daily_budget": 15}', 'the second goes back to the first');
select is(trimtab.rollback_action(:'a1') -> 'restored', '{"budget": 100, "daily_budget": 10}', 'and then the first to the beginning');
select throws_ok(format('select trimtab.rollback_action((select id from trimtab.campaign_changes where rollback_of = %L))', :'a1'), 'TT014', null, 'a rollback is not taken back');

-- A campaign that ended meanwhile is not switched on again.
select trimtab.auto_pause_campaign(:'ended', 'ROI 0.2') as a \gset
update trimtab.campaigns set ends_at = '2026-03-22 11:00+00' where id = :'ended';
select is(pg_temp.detail(format('select trimtab.rollback_action(%L)', :'a')),
  'status: the action wrote paused (before: active), now it is paused: the campaign ended.', 'a campaign that ended is not switched on again');
select is((select status from trimtab.campaigns where id = :'ended'), 'paused', 'it stays paused');

-- Nor are the budgets of a closed one touched; but closing itself can be taken back.
select trimtab.auto_scale_campaign(:'closed', 150, 'ROI 4') as a \gset
update trimtab.campaigns set status = 'Completed' where id = :'closed';
select throws_ok(format('select trimtab.rollback_action(%L)', :'a'), 'TT014', null, 'a closed campaign is not touched');
select is(trimtab.rollback_action((select id from trimtab.campaign_changes where campaign_id = :'closed' and action_type = 'status_changed')) -> 'restored',
  '{"status": "active"}', 'a person''s own change can be taken back too');
select is(trimtab.rollback_action(:'a') -> 'restored', '{"budget": 100, "daily_budget": 10}', 'and then the action before it');

-- A budget of 0 is restored as any other.
select trimtab.auto_scale_campaign(:'zero', 50, 'Begin') as a \gset
select is(trimtab.rollback_action(:'a') -> 'restored', '{"budget": 0}', 'a budget of 0 is restored');

-- There and back again: the value is the action's, the decision is somebody else's.
select trimtab.auto_pause_campaign(:'again', 'ROI 0.2') as a \gset
update trimtab.campaigns set status = 'active' where id = :'again';
update trimtab.campaigns set status = 'paused' where id = :'again';
select is(pg_temp.detail(format('select trimtab.rollback_action(%L)', :'a')),
  'status: the action wrote paused (before: active), now it is paused: changed since.', 'what a person set again is not taken back with it');
select is((select status from trimtab.campaigns where id = :'again'), 'paused', 'it stays as the person left it');

-- By hand, as the seed prints it.
select trimtab.auto_pause_campaign(:'by_hand', 'ROI 0.2') as a \gset
set local search_path to trimtab;
update campaigns
set status = 'active', budget = 150.00
where id = :'by_hand';
update autonomous_actions
set status = 'rolled_back'
where id = :'a';
reset search_path;
select results_eq(format('select status from trimtab.autonomous_actions where id = %L', :'a'), $$values ('rolled_back')$$, 'an action is called rolled back by hand');
select results_eq(format('select status, budget from trimtab.campaigns where id = %L', :'by_hand'), $$values ('active', 150.00::numeric)$$, 'and the campaign is as the person left it');
select is((select count(*) from trimtab.campaign_changes where rollback_of = :'a'), 0::bigint, 'nothing was restored, so no row says so');
select is(trimtab.rollback_action(:'a') ->> 'already_rolled_back', 'true', 'a rollback afterwards is a no-op');

-- By hand, but the campaign was forgotten: the ledger does not lie.
select trimtab.auto_scale_campaign(:'half', 150, 'ROI 4') as a \gset
update trimtab.campaigns set daily_budget = 12 where id = :'half';
update trimtab.autonomous_actions set status = 'rolled_back' where id = :'a';
select results_eq(format('select budget, daily_budget from trimtab.campaigns where id = %L', :'half'), $$values (100::numeric, 12::numeric)$$, 'what still stood was restored');
update trimtab.autonomous_actions set status = 'rolled_back' where id = :'a';
select is((select count(*) from trimtab.campaign_changes where rollback_of = :'a'), 1::bigint, 'once');

-- Everything else of the ledger is fixed.
select throws_ok(format($$update trimtab.autonomous_actions set status = 'failed' where id = %L$$, :'a'), 'TT017', null, 'no other status can be set');
select throws_ok(format($$update trimtab.autonomous_actions set status = 'rolled_back', reason = 'x' where id = %L$$, :'a'), 'TT017', null, 'no other column');
select throws_ok(format($$update trimtab.autonomous_actions set actual_impact = '{}' where id = %L$$, :'a'), 'TT017', null, 'no figure');
select throws_ok(format($$delete from trimtab.autonomous_actions where id = %L$$, :'a'), '42501', null, 'no row can be deleted');
select throws_ok(format($$insert into trimtab.autonomous_actions (campaign_id, action_type) values (%L, 'auto_pause')$$, :'half'), '42501', null, 'nor forged');
select throws_ok('select trimtab.rollback_action(null)', 'TT013', null, 'no action');
select throws_ok('select trimtab.rollback_action(gen_random_uuid())', 'TT013', null, 'an unknown action');

select test.reset();
set role trimtab_definer;
select trimtab.record_failed_action(:'acme', :'whole', 'auto_pause', 'r', '55P03', 'm') as failed \gset
reset role;
select test.act_as(:'manager');
select trimtab.auto_pause_campaign(:'whole', 'ROI 0.2') as a \gset
select throws_ok(format('select trimtab.rollback_action(%L)', :'failed'), 'TT014', null, 'what failed cannot be taken back');
select throws_ok(format($$update trimtab.autonomous_actions set status = 'rolled_back' where id = %L$$, :'failed'), 'TT014', null, 'nor be called so');

select test.act_as(:'analyst');
select throws_ok(format('select trimtab.rollback_action(%L)', :'a'), 'TT003', null, 'an analyst may not');
select throws_ok(format($$update trimtab.autonomous_actions set status = 'rolled_back' where id = %L$$, :'a'), 'TT003', null, 'not by hand either');
select test.act_as(:'stranger');
select throws_ok(format('select trimtab.rollback_action(%L)', :'a'), 'TT013', null, 'another organization sees no such action');
select results_eq(format($$with u as (update trimtab.autonomous_actions set status = 'rolled_back' where id = %L returning 1) select count(*) from u$$, :'a'),
  'values (0::bigint)', 'and updates nothing');
select test.act_as_engine(:'acme');
select is(trimtab.rollback_action(:'a') -> 'restored', '{"status": "active"}', 'the engine may');
select * from finish();
rollback;
