begin;
select plan(8);
select test.clock_at('2026-03-20 12:00+00');
select test.given_decisions();
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'viewer') as viewer \gset
select test.running_campaign(:'acme', title) from unnest(array['one', 'two']) title;

-- A rule that cannot be carried out for two campaigns: each has its row, and each counts.
select test.raw_rule(:'acme', 'odd', '[{"type": "note"}]', '{"delay_between_actions_seconds": "soon"}') as odd \gset
select test.decided(:'odd', id) from trimtab.campaigns;
select test.run_at(:'acme', '2026-03-20 12:00+00');
select test.run_at(:'acme', '2026-03-20 13:00+00');
select test.run_at(:'acme', '2026-03-20 14:00+00');
select results_eq($$select c.title, e.context ->> 'failed_count' from trimtab.automation_executions e join trimtab.campaigns c on c.id = e.campaign_id
  order by 1, 2$$, $$values ('one', '3'), ('two', '3')$$, 'what fails again for two campaigns is counted for each on its row');
select is((select count(*) from trimtab.events where type = 'rule.failed'), 2::bigint, 'the events are those of the first time');

-- The first action fails, the second one waits for its delay.
truncate test.decisions;
select test.raw_rule(:'acme', 'slow', '[{"type": "half_pause"}, {"type": "note"}, {"type": "half_pause"}]',
  '{"delay_between_actions_seconds": 600, "stop_on_error": false}') as slow \gset
select test.decided(:'slow', id) from trimtab.campaigns where title = 'one';
select test.run_at(:'acme', '2026-03-20 15:00+00');
truncate test.decisions;
create temporary view failed as
select f.executed_at, f.created_at, coalesce((f.evidence ->> 'failed_count')::integer, 1) as times
from trimtab.campaign_changes f
where f.status = 'failed' and f.rule_id in (select r.id from trimtab.automation_rules r where r.name = 'slow');
select results_eq('select sum(times) from failed', $$values (1::bigint)$$, 'an action that failed is in the ledger at once');
select test.run_at(:'acme', '2026-03-20 15:10+00');
select results_eq('select sum(times) from failed', $$values (1::bigint)$$, 'not once more when the next one is due');
select test.run_at(:'acme', '2026-03-20 15:20+00');
select results_eq('select sum(times) from failed', $$values (2::bigint)$$, 'when the execution is complete, each of its failures has been counted once');
select results_eq($$select e.status, e.results -> 'failed' from trimtab.automation_executions e join trimtab.automation_rules r on r.id = e.rule_id
  where r.name = 'slow'$$, $$values ('partial', '2'::jsonb)$$, 'as in the execution');

-- A rule about an event alone has no campaign.
select test.raw_rule(:'acme', 'told', '[{"type": "note"}]', '{}', 'visit.made') as told \gset
select test.decided(:'told', null, 'daily_limit');
select trimtab.judge_event(:'acme', '{"id": 1, "type": "visit.made"}');
select test.act_as(:'viewer');
select results_eq($$select rule_name, campaign_title, code, mode, hold_count from trimtab.v_held_decisions$$,
  $$values ('told', null::text, 'daily_limit', 'active', 1)$$, 'what was held back about an event alone is shown');
select is((select held_back from trimtab.v_rule_effectiveness where rule_name = 'told'), 1::bigint, 'as it is counted');
select test.reset();
select * from finish();
rollback;
