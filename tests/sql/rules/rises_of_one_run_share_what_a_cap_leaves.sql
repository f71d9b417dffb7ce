begin;
select plan(10);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
update trimtab.automation_rules set status = 'paused';
update trimtab.guardrails set max_budget_step_percent = 50, max_daily_budget_step_percent = 50;
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'admin') as admin \gset
-- Daily budgets of 100 each; a platform of which nothing is known counts double.
create temporary table made on commit drop as
select test.campaign(:'acme', title, null, p_daily_budget => 100) as id from unnest(array['a', 'b', 'c']) title;
select test.facts(:'acme', m.id, '2026-03-19', 50000, 500, 90, 60, 900) from made m;
create temporary view grown as select daily_budget, count(*), bool_and(tags = '{grown}') as is_tagged from trimtab.campaigns where org_id = :'acme' group by 1 order by 1;
grant select on grown to public;
select test.act_as(:'admin');
-- At worst 600 a day are spent; 750 are allowed: room for 75 more of daily budgets.
select trimtab.set_spend_cap('day', 750);
select trimtab.save_rule('{"name": "more", "status": "active", "conditions": [{"metric": "roas", "operator": ">", "threshold": 3}],
  "actions": [{"type": "tag_entity", "tags": ["grown"]}, {"type": "adjust_budget", "change": "percent", "value": 50}]}');
select is(trimtab.run_autonomous_operations() - array['timestamp', 'run_id', 'knowledge_revision', 'actions_taken'],
  '{"success": true, "executed": 1, "shadowed": 0, "held_back": 2, "failed": 0}', 'each rise alone has room; together only one has');
select results_eq('select * from grown', $$values (100::numeric, 2::bigint, false), (150, 1, true)$$, 'one is raised; what the others began with is undone');
select results_eq($$select code, count(*), bool_and(reason ~ 'leave no room') from trimtab.held_decisions group by 1$$, $$values ('envelope', 2::bigint, true)$$,
  'the others are held back, with the cap that stands against them');
select is((select count(*) from trimtab.automation_executions), 1::bigint, 'what is held back is no execution');
select is((select execution_count from trimtab.automation_rules where name = 'more'), 1, 'and counts for nothing');
select test.reset();
select test.clock_at('2026-03-20 13:00+00');
select test.act_as(:'manager');
select is(trimtab.run_autonomous_operations() - array['timestamp', 'run_id', 'knowledge_revision', 'actions_taken'],
  '{"success": true, "executed": 1, "shadowed": 0, "held_back": 1, "failed": 0}', 'the next run gives what is left');
select results_eq('select * from grown', $$values (100::numeric, 1::bigint, false), (125, 1, true), (150, 1, true)$$, 'to the next one');
select test.reset();
select test.clock_at('2026-03-20 14:00+00');
select test.act_as(:'manager');
select is(trimtab.run_autonomous_operations() - array['timestamp', 'run_id', 'knowledge_revision', 'actions_taken'],
  '{"success": true, "executed": 0, "shadowed": 0, "held_back": 1, "failed": 0}', 'then none is left');
select is((select round(sum(e.day_exposure)) from trimtab.spend_exposure(:'acme', trimtab.clock(), false) e), 750::numeric, 'and the cap is reached exactly');
select is((select max(hold_count) from trimtab.held_decisions where code = 'envelope'), 3, 'the same hold is counted');
select test.reset();
select * from finish();
rollback;
