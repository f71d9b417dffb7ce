begin;
select plan(32);
select test.clock_at('2026-03-20 12:00+00');
select test.given_decisions();
select test.organization('Acme') as acme \gset
select test.organization('Umbrella') as umbrella \gset
update trimtab.guardrails set max_pause_share_percent = 100;
select test.member(:'acme', 'analyst') as analyst \gset
select test.member(:'acme', 'viewer') as viewer \gset
insert into trimtab.campaign_groups (org_id, name) values (:'acme', 'spring');
select test.running_campaign(:'acme', title) from unnest(array['named', 'same group', 'same tag', 'tagged', 'other', 'opted out']) title;
select test.running_campaign(:'acme', 'resting', p_status => 'paused');
update trimtab.campaigns set group_id = (select id from trimtab.campaign_groups) where title in ('named', 'same group', 'opted out');
update trimtab.campaigns set tags = '{summer}' where title in ('named', 'same tag');
update trimtab.campaigns set tags = '{crisis}' where title = 'tagged';
update trimtab.campaigns set autonomous_enabled = false where title = 'opted out';
select id as named from trimtab.campaigns where title = 'named' \gset
create temporary view step as
select r.name, e.event_id, e.status as execution, (a ->> 'place')::integer as place, a ->> 'type' as type, a ->> 'campaign_title' as title,
       a ->> 'status' as status, a ->> 'gate' as gate, a ->> 'error_message' as message, e.trigger_source
from trimtab.automation_executions e join trimtab.automation_rules r on r.id = e.rule_id cross join jsonb_array_elements(e.actions_executed) a;

select test.raw_rule(:'acme', 'related', '[{"type": "note"}, {"type": "note_status"}]', '{"scope": {"related": true}}', 'mention.received') as related \gset
select test.raw_rule(:'acme', 'all', '[{"type": "note_status"}]', '{"status": "shadow"}', 'sale.made') as all_of_them \gset
select test.raw_rule(:'acme', 'for one', '[{"type": "note"}]', '{}', 'visit.made') as for_one \gset
select test.raw_rule(:'umbrella', 'theirs', '[{"type": "note"}]', '{}', 'mention.received') as theirs \gset
select test.decided(:'related'), test.decided(:'all_of_them'), test.decided(:'theirs');
select test.decided(:'for_one', :'named');
insert into trimtab.rule_vocabulary (kind, code, position, changes, summary) values ('action', 'pause_campaign', 1, 'status', 'x') on conflict do nothing;

-- Submitted: judged at once.
select test.act_as(:'analyst');
select trimtab.submit_event('mention.received', jsonb_build_object('campaign_id', :'named', 'tags', '["crisis"]'::jsonb)) as answer \gset
select is(:'answer'::jsonb - 'event_id', '{"judged": true, "executed": 1, "shadowed": 0, "held_back": 1, "failed": 0}', 'an event that is submitted is judged at once');
select test.reset();
select results_eq($$select place, title, status, gate from step where name = 'related' order by place, title$$, $$values
  (1, null, 'success', null), (2, 'named', 'success', null), (2, 'opted out', 'skipped', 'opted_out'),
  (2, 'same group', 'success', null), (2, 'same tag', 'success', null), (2, 'tagged', 'success', null)$$,
  'what concerns campaigns is done to those that the event names, and that share a group or a tag; the rest once');
select results_eq($$select jsonb_array_length(context -> 'campaign_ids'), context #>> '{event,type}' from test.acts where context ->> 'campaign_id' is null$$,
  $$values (4, 'mention.received')$$, 'the action that is done once is told the event and the campaigns');
select results_eq($$select h.code, c.title, h.last_run_id from trimtab.held_decisions h join trimtab.campaigns c on c.id = h.campaign_id$$,
  $$values ('opted_out', 'opted out', null::uuid)$$, 'whom a gate kept out of it is recorded');
select is((select count(*) from trimtab.automation_executions where org_id = :'umbrella'), 0::bigint, 'the event is nobody else''s');
select is((select count(*) from trimtab.waiting_events), 0::bigint, 'nothing waits any more');
select is(event_id is not null and entity_type = 'event' and campaign_id is null, true, 'the execution is about the event') from trimtab.automation_executions;

-- A run finds what came in another way, once.
select trimtab.emit_event(:'acme'::uuid, 'sale.made', '{"amount": 3}'), trimtab.emit_event(:'acme'::uuid, 'visit.made', '{}'), trimtab.emit_event(:'acme'::uuid, 'nothing.of_interest', '{}');
select is((select count(*) from trimtab.waiting_events), 2::bigint, 'only what a rule waits for stands in the queue');
select test.act_as_engine(:'acme');
select trimtab.run_organization(:'acme') as result \gset
select test.reset();
select is(:'result'::jsonb -> 'events_judged', '2', 'the run judges them');
select results_eq($$select title, status from step where name = 'all' order by title$$, $$values
  ('named', 'skipped'), ('opted out', 'skipped'), ('other', 'skipped'), ('same group', 'skipped'), ('same tag', 'skipped'), ('tagged', 'skipped')$$,
  'a rule in shadow says which campaigns it would have touched: the active ones of its scope');
select results_eq($$select e.campaign_id, e.trigger_source, e.entity_type from trimtab.automation_executions e where e.rule_id = (select id from trimtab.automation_rules where name = 'for one')$$,
  format($$values (%L::uuid, 'event', 'campaign')$$, :'named'), 'a rule that judges campaigns acts on those that it holds for');
create temporary table before as select test.row_counts() as counts;
select test.act_as_engine(:'acme');
select is(trimtab.run_organization(:'acme') -> 'executed', '0', 'a second run does nothing');
select test.reset();
select is(test.row_counts(), (select counts from before), 'and adds no row');

-- The same event handed in again.
select is((trimtab.judge_event(:'acme', (select jsonb_build_object('id', e.id, 'type', e.type, 'payload', e.payload) from trimtab.events e where e.type = 'visit.made'))) ->> 'executed',
  '0', 'a rule is executed once for an event');

-- Repeated, wrong, not allowed.
select test.act_as(:'analyst');
select is(trimtab.submit_event('visit.made', p_dedupe_key => 'a') ->> 'executed', '1', 'an event with a key');
select is(trimtab.submit_event('visit.made', p_dedupe_key => 'a'), '{"event_id": null, "judged": false, "repeated": true}', 'is taken once');
select throws_ok($$select trimtab.submit_event('campaign.status_changed')$$, 'TT035', null, 'what only Trimtab says cannot be submitted');
select throws_ok($$select trimtab.submit_event('Visit', '[]', 'campaign', null, null, '2030-01-01')$$, 'TT035', 'the event is not valid (faults: 4)', 'all faults at once');
select throws_ok($$select trimtab.submit_event('visit.made', p_dedupe_key => repeat('k', 201), p_occurred_at => '-infinity')$$, 'TT035', 'the event is not valid (faults: 2)', 'no key without end, no time without beginning');
select is(trimtab.submit_event('visit.made', '{"campaign_id": "x", "campaign_ids": [1, null, {}], "tags": "no"}') ->> 'failed', '0', 'any payload will do');
select is(trimtab.submit_event('mention.received', '{"campaign_id": "x", "campaign_ids": [1, null, {}]}') ->> 'failed', '0', 'that names nothing');
select test.reset();
select is((select array_agg(k.dedupe_key) from trimtab.event_keys k where k.dedupe_key like '%a' and length(k.dedupe_key) < 12), '{submitted:a}', 'keys that people give are no keys of the system''s');
select test.act_as(:'viewer');
select throws_ok($$select trimtab.submit_event('visit.made')$$, 'TT003', null, 'a viewer submits none');
select throws_ok($$select trimtab.judge_event('00000000-0000-0000-0000-000000000000', '{}')$$, '42501', null, 'nobody calls the inside');
select test.reset();
select results_eq($$select status, message from step where name = 'related' and place = 2 and title is null$$, $$values ('skipped', 'There is no campaign in the rule''s scope for it.')$$,
  'an event that names nothing is related to nothing');

-- While automation is switched off events wait, but not for ever.
update trimtab.guardrails set autopilot_enabled = false;
select test.act_as(:'analyst');
select is(trimtab.submit_event('visit.made') - 'event_id', '{"judged": false, "stopped": true}', 'switched off, an event waits');
select test.reset();
update trimtab.guardrails set autopilot_enabled = true;
select test.clock_at('2026-03-20 18:00+00');
select is(trimtab.act_on_due(:'acme'), 1, 'and is judged when it goes on');
update trimtab.guardrails set autopilot_enabled = false;
select test.act_as(:'analyst');
select trimtab.submit_event('visit.made');
select test.reset();
update trimtab.guardrails set autopilot_enabled = true;
select test.clock_at('2026-03-21 19:00+00');
select is(trimtab.act_on_due(:'acme'), 0, 'after a day it is not acted on any more');
select is((select count(*) from trimtab.waiting_events), 0::bigint, 'and gone from the queue');

-- The share of pauses holds for events too.
update trimtab.guardrails set max_pause_share_percent = 34;
delete from test.decisions;
select test.raw_rule(:'acme', 'panic', '[{"type": "pause_campaign"}]', '{}', 'panic.begun') as panic \gset
select test.decided(:'panic');
select trimtab.judge_event(:'acme', '{"type": "panic.begun"}');
select is((select count(*) from step where name = 'panic' and gate = 'pause_share'), 3::bigint, 'of six active campaigns two may be paused, and one may not at all');
select results_eq($$select gate, count(*) from step where name = 'panic' group by 1 order by 1$$, $$values ('opted_out', 1::bigint), ('pause_share', 3), (null, 2)$$, 'the rest is held back');
select is((select count(*) from trimtab.automation_executions where event_id is null and entity_type = 'event'), 1::bigint, 'an event that stands in no journal is judged as well');
select * from finish();
rollback;
