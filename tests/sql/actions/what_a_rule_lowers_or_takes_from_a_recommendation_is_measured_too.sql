begin;
select plan(7);
select test.clock_at('2026-05-10 12:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
select test.member(:'acme', 'analyst') as analyst \gset
update trimtab.guardrails set max_pause_share_percent = 100;
select test.campaign(:'acme', 'Cut', p_daily_budget => 40) as cut \gset
select test.campaign(:'acme', 'Hopeless', p_daily_budget => 40) as hopeless \gset
select test.facts(:'acme', c, '2026-04-10', 100, 10, 20, 1, 5, p_days => 30) from unnest(array[:'cut', :'hopeless']::uuid[]) c;
select trimtab.refresh_signals(:'acme');
insert into trimtab.optimization_opportunities (org_id, campaign_id, opportunity_type, severity, description, suggested_action, proposed_action, confidence_score, first_detected_at, last_detected_at, created_at)
values
  (:'acme', :'cut', 'budget_inefficiency', 'high', 'Loses.', 'Cut it.', '{"action": "adjust_budget", "percent": -50, "daily_budget": 20, "currency": "EUR"}', 95, trimtab.clock(), trimtab.clock(), trimtab.clock()),
  (:'acme', :'hopeless', 'budget_inefficiency', 'high', 'Hopeless.', 'Pause it.', '{"action": "pause_campaign"}', 95, trimtab.clock(), trimtab.clock(), trimtab.clock());

set role trimtab_definer;
select trimtab.act_implement_recommendation(:'acme', '{}', jsonb_build_object('campaign_id', :'cut', 'reason', 'R.', 'rule_name', 'Watch', 'execution_id', gen_random_uuid(), 'place', 1)) ->> 'change_id' as a \gset
select trimtab.act_implement_recommendation(:'acme', '{}', jsonb_build_object('campaign_id', :'hopeless', 'reason', 'R.', 'rule_name', 'Watch', 'execution_id', gen_random_uuid(), 'place', 1)) ->> 'change_id' as b \gset
reset role;
-- 5 revenue for 20 spent is an ROI of 0.25; 20 a day less earn 5 less.
select results_eq(
  format($$select action_type, expected_impact, evidence -> 'expected' from trimtab.campaign_changes where id in (%L, %L) order by number$$, :'a', :'b'),
  $$values
    ('optimization_applied', 'Takes 20.00 EUR a day from the budget; at the ROI of 0.25 of the last 30 days that earns about 5.00 EUR a day less.',
     '{"roas": 0.25, "is_daily": true, "budget_added": -20.00, "revenue_added": -5.00}'::jsonb),
    ('optimization_applied', 'Saves about 20.00 EUR a day (average of the last 7 days), which earned 5.00 EUR a day.', '{"spend_per_day": -20.00, "revenue_per_day": -5.00}')$$,
  'what is expected is said for falls and pauses of recommendations');

-- Four run, one was paused: half of five are two, and one of them is gone.
select test.campaign(:'acme', 'Other ' || n) from generate_series(1, 3) n;
update trimtab.guardrails set max_pause_share_percent = 50;
select is(trimtab.pauses_allowed(:'acme'), 1, 'a pause that was recommended counts in the share that automation may pause');

select test.clock_at('2026-05-19 12:00+00');
select test.facts(:'acme', :'cut', '2026-05-10', 50, 5, 10, 1, 4, p_days => 9);
select test.act_as(:'analyst');
select is(trimtab.measure_action_impact(), 2, 'both are measured when the week is over');
select test.reset();
select is((select actual_impact #>> '{compared,revenue_added,actual}' from trimtab.campaign_changes where id = :'a')::numeric, -1::numeric, 'a cut by the revenue of a day: 4 instead of 5');
select is((select actual_impact #>> '{compared,revenue_added,difference}' from trimtab.campaign_changes where id = :'a')::numeric, 4::numeric, 'which is 4 better than expected');
select is((select actual_impact #>> '{compared,spend_per_day,actual}' from trimtab.campaign_changes where id = :'b')::numeric, -20::numeric, 'a pause by what is not spent any more');
select is((select actual_impact #>> '{per_day,spend,after}' from trimtab.campaign_changes where id = :'b')::numeric, 0::numeric, 'for it stayed paused');
select * from finish();
rollback;
