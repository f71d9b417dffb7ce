begin;
select plan(10);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.member(:'acme', 'admin') as admin \gset
update trimtab.guardrails set max_pause_share_percent = 100;
-- Two of X with 10 a day, of which 11 may go; ROI 3.5, so High ROI Scale wants 15 for each.
insert into trimtab.campaigns (org_id, title, platform, status, daily_budget, starts_at)
select :'acme', title, 'twitter', 'active', 10, trimtab.clock() - interval '30 days' from (values ('one'), ('two')) v (title);
select test.facts(:'acme', c.id, '2026-03-19', 50000, 500, 300, 18, 1050) from trimtab.campaigns c;

select test.act_as(:'admin');
select trimtab.set_spend_cap('day', 29.7);
select results_eq('select campaign_title, gate, new_budget from trimtab.decide(trimtab.current_org_id()) order by 1',
  $$values ('one', null::text, 15::numeric), ('two', null, 15)$$, 'each alone has room: 16.5 and 11 are 27.5');
select is((trimtab.run_autonomous_operations() #>> '{actions_taken,campaigns_scaled}')::integer, 1, 'both together have not');
select is((select sum(daily_budget) from trimtab.campaigns), 25::numeric, 'one is raised');
select results_eq('select code, mode from trimtab.held_decisions', $$values ('envelope', 'active')$$, 'the other one is held back');
select is((select count(*) from trimtab.automation_executions where status <> 'success'), 0::bigint, 'and nothing failed');

-- The room of a preview is bounded by the cap, and closed by the switch.
select trimtab.set_spend_cap('day', 28.6);
select test.reset();
select test.clock_at('2026-03-21 13:00+00');
select test.facts(:'acme', c.id, '2026-03-20', 50000, 500, 300, 18, 1050) from trimtab.campaigns c;
select test.act_as(:'admin');
select results_eq('select gate, new_budget from trimtab.decide(trimtab.current_org_id()) order by new_budget',
  $$values (null::text, 11::numeric), (null, 16)$$, 'the one may rise to 11, as 12.1 and 16.5 are 28.6, or the other to 16');
select trimtab.set_spend_cap('day', 27.5);
select results_eq('select distinct gate, gate_reason from trimtab.decide(trimtab.current_org_id())',
  $$values ('envelope', 'The cap of a day for all campaigns is 27.5 USD; 27.5 USD may be spent at worst.')$$, 'or none, where the cap is reached');
update trimtab.guardrails set autopilot_enabled = false;
select results_eq('select distinct gate, gate_reason from trimtab.decide(trimtab.current_org_id())',
  $$values ('switched_off', 'The autopilot is switched off (guardrails.autopilot_enabled).')$$, 'a preview says that it is stopped');
select test.reset();
select trimtab.stop_system('A platform reports nonsense.');
select test.act_as(:'admin');
select matches((select min(gate_reason) from trimtab.decide(trimtab.current_org_id())), 'nonsense', 'or who stopped all of it, and why');
select is(trimtab.run_autonomous_operations() -> 'stopped', 'true', 'a run decides nothing');
select * from finish();
rollback;
