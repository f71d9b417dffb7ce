begin;
select plan(23);
select test.clock_at('2026-03-20 12:00+00');
select test.given_decisions();
select test.organization('Acme') as acme \gset
select test.running_campaign(:'acme', title) from unnest(array['plain', 'paused by hand', 'opted out', 'ended']) title;
create temporary view campaign as select * from trimtab.campaigns;
create temporary view action as
select c.title, r.name, (a ->> 'place')::integer as place, a ->> 'status' as status, a ->> 'error_message' as message,
       e.status as execution, e.completed_at, e.id as execution_id
from trimtab.automation_executions e
join trimtab.automation_rules r on r.id = e.rule_id
join trimtab.campaigns c on c.id = e.campaign_id
cross join jsonb_array_elements(e.actions_executed) a;

select test.raw_rule(:'acme', 'slow', '[{"type": "note", "text": "a"}, {"type": "note_status", "text": "b"}, {"type": "note", "text": "c"}]',
  '{"delay_between_actions_seconds": 3600}') as slow \gset
select test.raw_rule(:'acme', 'failing', '[{"type": "note"}, {"type": "fail"}, {"type": "note"}]',
  '{"delay_between_actions_seconds": 600}') as failing \gset
select test.raw_rule(:'acme', 'at once', '[{"type": "fail"}, {"type": "note"}]', '{"delay_between_actions_seconds": 600}') as at_once \gset
select test.raw_rule(:'acme', 'independent', '[{"type": "note"}, {"type": "note"}]',
  '{"delay_between_actions_seconds": 600, "execution": "independent"}') as independent \gset
select test.raw_rule(:'acme', 'switched off', '[{"type": "note"}, {"type": "note"}]', '{"delay_between_actions_seconds": 600}') as off \gset
select test.decided(:'slow', id) from campaign;
select test.decided(r::uuid, (select id from campaign where title = 'plain')) from unnest(array[:'failing', :'at_once', :'independent', :'off']) r;

select test.run_at(:'acme', '2026-03-20 12:00+00');
truncate test.decisions;
select results_eq($$select place, status from action where name = 'slow' and title = 'plain' order by place$$,
  $$values (1, 'success'), (2, 'waiting'), (3, 'waiting')$$, 'the first action is carried out, the others wait');
select results_eq($$select place, due_at from trimtab.delayed_actions d join action a using (execution_id, place) where name = 'slow' and title = 'plain' order by 1$$,
  $$values (2, timestamptz '2026-03-20 13:00+00'), (3, timestamptz '2026-03-20 14:00+00')$$, 'an hour apart');
select is((select completed_at from action where name = 'slow' and title = 'plain' limit 1), null::timestamptz, 'the execution is not complete');
select results_eq($$select execution_count, last_executed_at is not null from trimtab.automation_rules where name = 'slow'$$,
  $$values (0, true)$$, 'and not counted yet, though it begins the cooldown');
select results_eq($$select place, status, message from action where name = 'at once' order by place$$,
  $$values (1, 'failure', 'it does not work'), (2, 'skipped', 'An action before it failed.')$$, 'behind a failed action nothing waits');
select results_eq($$select status, completed_at is null from action where name = 'independent'$$, $$values ('success', false), ('success', false)$$,
  'independent actions do not wait for one another');

-- In between.
update trimtab.campaigns set autonomous_enabled = false where title = 'opted out';
select test.clock_at('2026-03-20 12:30+00');
update trimtab.campaigns set budget = 90 where title = 'paused by hand';
update trimtab.campaigns set ends_at = '2026-03-20 12:45+00' where title = 'ended';
update trimtab.automation_rules set status = 'paused' where name = 'switched off';
select test.run_at(:'acme', '2026-03-20 12:59:59+00');
select is((select count(*) from action where name = 'slow' and status = 'waiting'), 8::bigint, 'before its time nothing is carried out');
select results_eq($$select place, status, message from action where name = 'failing' order by place$$,
  $$values (1, 'success', null), (2, 'failure', 'it does not work'), (3, 'skipped', 'An action before it failed.')$$,
  'a delayed action that fails ends the execution');
select results_eq($$select distinct execution from action where name = 'failing'$$, $$values ('partial')$$, 'which was a part of a success');
select results_eq($$select place, status, message from action where name = 'switched off' order by place$$,
  $$values (1, 'success', null), (2, 'skipped', 'The rule is paused now.')$$, 'a rule that is not active any more carries out nothing');

select test.run_at(:'acme', '2026-03-20 13:30+00');
select results_eq($$select title, status, message from action where name = 'slow' and place = 2 order by title$$, $$values
  ('ended', 'skipped', 'The campaign ended at 2026-03-20 12:45:00+00.'),
  ('opted out', 'skipped', 'The campaign has autonomous_enabled = false.'),
  ('paused by hand', 'skipped', 'The campaign was changed (operator) at 2026-03-20 12:30:00+00.'),
  ('plain', 'success', null)$$, 'when it is due, what a campaign has become since decides');
select is((select distinct due_at from trimtab.delayed_actions), timestamptz '2026-03-20 14:30+00', 'the delay lies between two actions, however late the first was');
select results_eq($$select context ->> 'place', context ->> 'rule_version', context ->> 'reason' from test.acts where action ->> 'text' = 'b'$$,
  $$values ('2', '1', 'slow: because.')$$, 'a delayed action is told what its execution was about');

-- The stop switch, a new version, and the end.
update trimtab.guardrails set autopilot_enabled = false;
select is(test.run_at(:'acme', '2026-03-20 15:00+00') -> 'stopped', 'true', 'switched off, nothing is carried out');
select is((select count(*) from trimtab.delayed_actions), 4::bigint, 'it waits');
update trimtab.guardrails set autopilot_enabled = true;
select test.run_at(:'acme', '2026-03-20 15:10+00');
select is((select count(*) from trimtab.delayed_actions), 0::bigint, 'nothing waits any more');
select results_eq($$select title, status from action where name = 'slow' and place = 3 order by title$$,
  $$values ('ended', 'success'), ('opted out', 'success'), ('paused by hand', 'success'), ('plain', 'success')$$, 'an action that changes no campaign asks nothing of it');
select is((select count(*) from action where name = 'slow' and completed_at = '2026-03-20 15:10+00'), 12::bigint, 'the executions are complete');
select results_eq($$select execution_count, success_count, last_success_at from trimtab.automation_rules where name = 'slow'$$,
  $$values (4, 4, timestamptz '2026-03-20 15:10+00')$$, 'and counted once');

-- A rule whose actions were changed in the meantime.
select test.decided(:'slow', (select id from campaign where title = 'plain'));
insert into trimtab.rule_versions (org_id, rule_id, version, document, login, valid_from)
select org_id, id, 1, document, 'test', '2026-03-20 12:00+00' from trimtab.automation_rules where name = 'slow';
select test.run_at(:'acme', '2026-03-20 16:00+00');
truncate test.decisions;
update trimtab.automation_rules set version = 2, document = document || '{"actions": [{"type": "note"}], "priority": 80}' where name = 'slow';
select test.run_at(:'acme', '2026-03-20 18:00+00');
select is((select count(*) from action where message = 'The rule''s actions were changed in the meantime.'), 1::bigint, 'what a rule does not say any more is not done');

-- Between two runs the engine carries out what is due.
update trimtab.automation_rules set version = 3, document = document || '{"actions": [{"type": "note"}, {"type": "note"}]}' where name = 'slow';
select test.decided(:'slow', (select id from campaign where title = 'plain'));
select test.run_at(:'acme', '2026-03-20 20:00+00');
truncate test.decisions;
select test.clock_at('2026-03-20 21:00+00');
select test.act_as('trimtab_engine');
select results_eq('select * from trimtab.organizations_with_due()', array[:'acme'::uuid], 'who has something due is known');
select is(trimtab.act_on_due(:'acme'), 1, 'it is carried out without a run');
select test.reset();
select test.decided(:'slow', (select id from campaign where title = 'plain'));
select test.run_at(:'acme', '2026-03-21 00:00+00');
truncate test.decisions;
select test.run_at(:'acme', '2026-03-22 01:00:01+00');
select matches((select message from action where message ~ 'too late'), '^It was due at 2026-03-21 01:00:00.00; it is too late for it.$', 'what was due more than a day ago is not done any more');
select * from finish();
rollback;
