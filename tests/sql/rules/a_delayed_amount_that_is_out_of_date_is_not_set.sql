-- Another rule's change does not stop what waits, unless the amount was planned from what is no longer there.
begin;
select plan(4);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
update trimtab.automation_rules set status = 'paused' where org_id = :'acme';
insert into trimtab.campaigns (org_id, title, status, daily_budget, bid, starts_at)
select :'acme', title, 'active', 100, 1, trimtab.clock() - interval '30 days' from unnest(array['overtaken', 'left']) title;
select test.facts(:'acme', c.id, '2026-03-19', 50000, 500, 100, 60, 900) from trimtab.campaigns c;
select test.raw_rule(:'acme', 'Other', '[{"type": "pause_campaign"}]') as other \gset
update trimtab.automation_rules set status = 'paused' where id = :'other';
select test.member(:'acme', 'manager') as manager \gset
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "Slowly", "status": "active", "delay_between_actions_seconds": 3600,
  "conditions": [{"metric": "roas", "operator": ">", "threshold": 3}],
  "actions": [{"type": "create_alert"}, {"type": "adjust_budget", "value": 10}, {"type": "adjust_bid", "value": 20}]}');
select trimtab.run_organization(:'acme');
select test.reset();
select test.clock_at('2026-03-20 12:30+00');
select trimtab.adjust_budget_as(:'acme', c.id, 100, 90, 'because', 99, 'rule', p_rule_id => :'other', p_rule_version => 1)
from trimtab.campaigns c where c.title = 'overtaken';
select test.act_as_engine(:'acme');
select test.clock_at('2026-03-20 13:00+00');
select trimtab.act_on_due(:'acme');
select test.clock_at('2026-03-20 14:00+00');
select trimtab.act_on_due(:'acme');
select test.reset();
select results_eq($$select c.title, a ->> 'type', a ->> 'status', a ->> 'error_message'
  from trimtab.automation_executions e join trimtab.campaigns c on c.id = e.campaign_id cross join jsonb_array_elements(e.actions_executed) a
  where a ->> 'type' <> 'create_alert' order by c.title, a ->> 'place'$$, $$values
  ('left', 'adjust_budget', 'success', null), ('left', 'adjust_bid', 'success', null),
  ('overtaken', 'adjust_budget', 'skipped', 'The amount was planned from 100; it is 90 now.'), ('overtaken', 'adjust_bid', 'success', null)$$,
  'an amount that is out of date is not set, and its reason is told');
select results_eq($$select title, daily_budget, bid from trimtab.campaigns order by title$$,
  $$values ('left', 110::numeric, 1.2::numeric), ('overtaken', 90, 1.2)$$, 'the others are');
select is((select failure_count from trimtab.automation_rules where name = 'Slowly'), 0, 'nothing failed');
select is((select count(*) from trimtab.automation_executions where status = 'success'), 2::bigint, 'what was skipped is no failure');
select * from finish();
rollback;
