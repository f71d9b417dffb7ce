begin;
select plan(35);

select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'admin') as admin \gset

create function pg_temp.gates(p_title text) returns text language sql as $$
  select string_agg(d.rule_name || ': ' || coalesce(d.gate, 'go'), ', ' order by d.priority desc)
  from trimtab.organizations o cross join lateral trimtab.decide(o.org_id) d
  where d.campaign_title = p_title
$$;

-- The share of campaigns that may be paused: 25 % of eight is two, the surest first.
select test.running_campaign(:'acme', 'loser ' || n) from generate_series(1, 4) n;
select test.running_campaign(:'acme', 'fine ' || n) from generate_series(1, 4) n;
select test.facts(:'acme', c.id, '2026-03-19', 50000, 500, 300, 30, case when c.title like 'loser%' then 20 + 10 * right(c.title, 1)::int else 450 end)
from trimtab.campaigns c where c.org_id = :'acme' order by c.title;
update trimtab.guardrails set max_pause_share_percent = 0;
select is((select count(*) from trimtab.decide(:'acme') where gate is null and action_type = 'auto_pause'), 0::bigint,
  'a share of 0 is none');
update trimtab.guardrails set max_pause_share_percent = 1;
select is((select count(*) from trimtab.decide(:'acme') where gate is null and action_type = 'auto_pause'), 1::bigint,
  'a small share is one campaign');
update trimtab.guardrails set max_pause_share_percent = 25;
select is((select count(*) from trimtab.decide(:'acme') where gate is null and action_type = 'auto_pause'), 2::bigint,
  'two of eight campaigns may be paused');
select is((select count(*) from trimtab.decide(:'acme') where gate = 'pause_share'), 2::bigint, 'the other two wait');
select is(pg_temp.gates('loser 1'), 'Critical ROI Pause: go, Low ROI Pause: lower_priority', 'the worst is among the first');
select test.act_as_engine(:'acme');
select is(trimtab.run_organization(:'acme') #>> '{actions_taken,campaigns_paused}', '2', 'the run pauses two');
select test.clock_at('2026-03-20 13:00+00');
select is(trimtab.run_organization(:'acme') #>> '{actions_taken,campaigns_paused}', '0', 'and an hour later none: the share is one of 24 hours');
select test.clock_at('2026-03-21 12:00:01+00');
select is(trimtab.run_organization(:'acme') #>> '{actions_taken,campaigns_paused}', '1', 'a day later one of the six that are left');
select test.reset();

-- A person resumes one: it is left alone for the cool-off, and then until newer facts come.
select test.act_as(:'manager');
update trimtab.campaigns set status = 'Active' where title = 'loser 1';
select test.reset();
select is(pg_temp.gates('loser 1'), 'Critical ROI Pause: cool_off, Low ROI Pause: lower_priority', 'what a person resumed is left alone');
update trimtab.guardrails set max_facts_age_hours = 1000, max_pause_share_percent = 100;
select test.clock_at('2026-03-24 12:00:00+00');
select is(pg_temp.gates('loser 1'), 'Critical ROI Pause: cool_off, Low ROI Pause: lower_priority', 'almost 72 hours later, too');
select test.clock_at('2026-03-24 12:00:02+00');
select is(pg_temp.gates('loser 1'), 'Critical ROI Pause: same_facts, Low ROI Pause: lower_priority', 'then as long as no newer facts came');
select test.facts(:'acme', (select id from trimtab.campaigns where title = 'loser 1'), '2026-03-23', 50000, 500, 300, 30, 30);
select is(pg_temp.gates('loser 1'), 'Critical ROI Pause: go, Low ROI Pause: lower_priority', 'newer facts open the gate');

-- An operator is a person, too; and to start a draft is not to resume it.
update trimtab.campaigns set status = 'paused' where title = 'loser 1';
update trimtab.campaigns set status = 'active' where title = 'loser 1';
select is((select origin from trimtab.campaign_changes where campaign_id = c.id order by number desc limit 1), 'operator', 'an operator resumes it')
from trimtab.campaigns c where c.title = 'loser 1';
select is(pg_temp.gates('loser 1'), 'Critical ROI Pause: cool_off, Low ROI Pause: lower_priority', 'what an operator resumed is left alone');
delete from trimtab.campaign_changes where origin = 'operator';
select test.running_campaign(:'acme', 'draft', 100, 30, 'draft') as draft \gset
select test.facts(:'acme', :'draft', '2026-03-23', 50000, 500, 300, 30, 30);
select test.act_as(:'manager');
update trimtab.campaigns set status = 'active' where id = :'draft';
select test.reset();
select is(pg_temp.gates('draft'), 'Critical ROI Pause: go', 'a draft that a person started is no resumed campaign');
update trimtab.campaigns set status = 'completed' where id = :'draft';

-- Opting out, stale facts, certainty.
update trimtab.campaigns set autonomous_enabled = false where title = 'loser 1';
select is(pg_temp.gates('loser 1'), 'Critical ROI Pause: opted_out, Low ROI Pause: lower_priority', 'a campaign can be kept out');
update trimtab.campaigns set autonomous_enabled = true where title = 'loser 1';
update trimtab.guardrails set max_facts_age_hours = 12;
select is(pg_temp.gates('loser 1'), 'Critical ROI Pause: stale_facts, Low ROI Pause: lower_priority', 'facts that are 12 hours and 2 seconds old are stale where 12 are allowed');
update trimtab.guardrails set max_facts_age_hours = 48, min_confidence_percent = 95;
select test.running_campaign(:'acme', 'unsure') as unsure \gset
select test.facts(:'acme', :'unsure', '2026-03-23', 5000, 50, 60, 3, 27);
select is(pg_temp.gates('loser 1'), 'Critical ROI Pause: go, Low ROI Pause: lower_priority', 'a sure decision passes where 95 % are asked for');
select is(pg_temp.gates('unsure'), 'Critical ROI Pause: low_confidence', 'roi 0.45 on three conversions does not');
update trimtab.guardrails set min_confidence_percent = 0;
update trimtab.campaigns set status = 'paused' where id = :'unsure';

-- The stop switch.
select test.act_as(:'admin');
update trimtab.guardrails set autopilot_enabled = false;
select is((trimtab.run_autonomous_operations() - 'timestamp')::text,
  '{"stopped": true, "success": true, "stop_reason": "The autopilot is switched off (guardrails.autopilot_enabled).", "actions_taken": {"campaigns_paused": 0, "campaigns_scaled": 0, "opportunities_detected": 0}}',
  'the stop switch stops everything');
select is(pg_temp.gates('loser 1'), 'Critical ROI Pause: switched_off, Low ROI Pause: switched_off', 'a preview says so');
update trimtab.guardrails set autopilot_enabled = true;
select test.reset();
delete from trimtab.guardrails;
select is(pg_temp.gates('loser 1'), 'Critical ROI Pause: switched_off, Low ROI Pause: switched_off', 'without guardrails nothing would be done');
select test.act_as_engine(:'acme');
select is(trimtab.run_organization(:'acme') ->> 'stopped', 'true', 'and nothing is');
select test.reset();
insert into trimtab.guardrails (org_id, max_facts_age_hours) values (:'acme', 48);

-- Scaling: caps, steps, cooldown, money.
select test.clock_at('2026-04-10 12:00+00');
select test.running_campaign(:'acme', 'winner', 100) as winner \gset
select test.running_campaign(:'acme', 'winner without budget', null) as no_budget \gset
select test.running_campaign(:'acme', 'winner in yen', 100000, 30, 'active', 'JPY') as yen \gset
select test.facts(:'acme', :'winner', '2026-04-09', 50000, 500, 300, 60, 1500);
select test.facts(:'acme', :'no_budget', '2026-04-09', 50000, 500, 300, 60, 1500);
select is(pg_temp.gates('winner'), 'Exceptional ROI Aggressive Scale: go, High ROI Scale: lower_priority', 'a winner may be scaled');
select is(pg_temp.gates('winner without budget'), 'Exceptional ROI Aggressive Scale: no_budget, High ROI Scale: lower_priority', 'without a budget there is nothing to scale');
update trimtab.guardrails set max_budget_step_percent = 30;
select is((select new_budget from trimtab.decide(:'acme') where campaign_id = :'winner' and gate is null), 130::numeric,
  'one step is bounded, whatever the rule''s multiplier');
select test.act_as_engine(:'acme');
select is(trimtab.run_organization(:'acme') #>> '{actions_taken,campaigns_scaled}', '1', 'it is scaled');
select test.reset();
select test.clock_at('2026-04-11 11:00+00');
select test.facts(:'acme', :'winner', '2026-04-10', 50000, 500, 300, 60, 1500);
select is(pg_temp.gates('winner'), 'Exceptional ROI Aggressive Scale: cooldown, High ROI Scale: lower_priority', 'newer facts, but 23 hours are less than the cooldown');
update trimtab.guardrails set budget_cooldown_hours = 0, max_daily_budget_step_percent = 50;
select is((select new_budget from trimtab.decide(:'acme') where campaign_id = :'winner' and gate is null), 150::numeric,
  'all steps of 24 hours together are bounded: 100 + 50 %, not 130 + 30 %');
update trimtab.guardrails set max_daily_budget_step_percent = 30;
select is(pg_temp.gates('winner'), 'Exceptional ROI Aggressive Scale: at_cap, High ROI Scale: lower_priority', 'what may not rise is held at its cap');
select test.clock_at('2026-04-12 12:00+00');
select is(pg_temp.gates('winner'), 'Exceptional ROI Aggressive Scale: go, High ROI Scale: lower_priority', 'the cooldown ends');

-- Money of another currency needs a rate, for the facts and for the cap.
insert into trimtab.exchange_rates (from_currency, to_currency, valid_from, rate, source, recorded_at) values ('JPY', 'USD', '2026-01-01', 0.01, 'test', '2026-01-01');
select test.facts(:'acme', :'yen', '2026-04-11', 50000, 500, 30000, 60, 150000);
select is((select new_budget from trimtab.decide(:'acme') where campaign_id = :'yen' and gate is null), 130000::numeric, 'a budget in yen rises in yen');
update trimtab.guardrails set max_budget_step_percent = 33.33333, max_daily_budget_step_percent = 100;
select is((select new_budget from trimtab.decide(:'acme') where campaign_id = :'yen' and gate is null), 133333::numeric, 'in whole yen, rounded down');
update trimtab.campaigns set budget = 1999000 where id = :'yen';
update trimtab.guardrails set max_budget_step_percent = 100;
select is((select new_budget from trimtab.decide(:'acme') where campaign_id = :'yen' and gate is null), 2000000::numeric,
  'max_budget 20,000 is in the organization''s dollars: two million yen');
delete from trimtab.exchange_rates;
update trimtab.campaign_signals set valid_until = '-infinity';
select is(pg_temp.gates('winner in yen'), null, 'without a rate roi is not even known');

select * from finish();
rollback;
