begin;
select plan(29);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
select test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'analyst') as analyst \gset
select test.member(:'bolt', 'owner') as stranger \gset
insert into trimtab.campaigns (org_id, title, platform, status, budget, currency)
values (:'acme', 'Spring', 'meta', 'active', 100, 'EUR') returning id as spring \gset
insert into trimtab.campaigns (org_id, title, status, budget, currency)
values (:'acme', 'New', 'active', 100, 'EUR') returning id as new \gset
insert into trimtab.campaigns (org_id, title, status, daily_budget, currency, autonomous_enabled)
values (:'acme', 'Daily', 'active', 20, 'EUR', false) returning id as daily \gset
insert into trimtab.campaigns (org_id, title, status, budget, currency)
values (:'acme', 'Done', 'completed', 100, 'EUR') returning id as done \gset
-- 7 days of 10 and 30 (spend, revenue), 7 days before of 20 and 10: 30 days 210 : 280, 1.33.
insert into trimtab.knowledge_revisions (org_id, revision, published_at) values (:'acme', 1, '2026-03-20 06:00+00');
update trimtab.organizations set knowledge_revision = 1 where org_id = :'acme';
insert into trimtab.campaign_metrics (org_id, campaign_id, grain, day, known_from, currency, spend, revenue, conversions)
select :'acme', c, 'day', date '2026-03-20' - d, 1, 'EUR', case when d > 7 then 20 else 10 end, case when d > 7 then 10 else 30 end, 1
from unnest(array[:'spring', :'daily']::uuid[]) c, generate_series(1, 14) d;

select test.act_as(:'manager');
select trimtab.auto_scale_campaign(:'spring', 150.009, 'It earns three times what it costs') as scaled \gset
select trimtab.auto_pause_campaign(:'spring', 'Sold out', p_evidence => '{"ticket": 7, "currency": "XXX"}') as paused \gset
select trimtab.auto_scale_campaign(:'daily', 30, 'More a day', null) as daily_scaled \gset
select trimtab.auto_pause_campaign(:'new', 'Wrong picture') as new_paused \gset

select results_eq(
  format('select action_type, previous_state ->> ''budget'', new_state ->> ''budget'', confidence_score, expected_impact, status, origin, user_id
    from trimtab.autonomous_actions where id = %L', :'scaled'),
  format($$values ('auto_scale_up', '100', '150.00', 85::numeric(5,2),
    'Adds 50.00 EUR to the budget; at the ROI of 1.33 of the last 30 days that earns about 66.66 EUR more.',
    'executed', 'person', %L::uuid)$$, test.user_of(:'manager')),
  'scaling: 85 percent by default, an expectation in figures, and the person''s name');
select results_eq(
  format('select action_type, previous_state ->> ''status'', new_state ->> ''status'', confidence_score, expected_impact
    from trimtab.autonomous_actions where id = %L', :'paused'),
  $$values ('auto_pause', 'active', 'paused', 80::numeric(5,2),
    'Saves about 10.00 EUR a day (average of the last 7 days), which earned 30.00 EUR a day.')$$,
  'pausing: 80 percent by default');
select is((select expected_impact from trimtab.autonomous_actions where id = :'daily_scaled'),
  'Adds 10.00 EUR a day to the budget; at the ROI of 1.33 of the last 30 days that earns about 13.33 EUR a day more.', 'a daily budget is said to be one');
select is((select confidence_score from trimtab.autonomous_actions where id = :'daily_scaled'), null, 'no confidence is null');
select is((select expected_impact from trimtab.autonomous_actions where id = :'new_paused'),
  'Stops its spending; how much it spent in the last 7 days is not known.', 'what is not known is not said to be 0');
select is((select evidence from trimtab.autonomous_actions where id = :'paused') - 'found', jsonb_build_object(
  'as_of', timestamptz '2026-03-20 12:00+00', 'knowledge_revision', 1, 'currency', 'EUR', 'ticket', 7,
  'expected', '{"spend_per_day": -10.00, "revenue_per_day": -30.00}'::jsonb), 'the evidence: when, what was known, what is expected, what the caller added');
select is((select (evidence -> 'found' ->> 'spend_last_7_days')::numeric from trimtab.autonomous_actions where id = :'paused'), 70::numeric, 'and the figures');
select is((select round((evidence -> 'found' ->> 'roas_lifetime')::numeric, 4) from trimtab.autonomous_actions where id = :'paused'), 1.3333, 'by metric and window');
select is((select daily_budget from trimtab.campaigns where id = :'daily'), 30::numeric, 'a person''s own call is not bound by the opt-out');
select results_eq($$select action from trimtab.audit_log where entity_type = 'campaign' and action like 'campaign.auto%' order by id$$,
  $$values ('campaign.auto_scale_up'), ('campaign.auto_pause'), ('campaign.auto_scale_up'), ('campaign.auto_pause')$$, 'the audit log has them');

select throws_ok(format('select trimtab.auto_pause_campaign(%L, ''x'')', :'spring'), 'TT011', null, 'pausing a paused campaign');
select throws_ok(format('select trimtab.auto_scale_campaign(%L, 900, ''x'')', :'spring'), 'TT011', null, 'scaling a paused campaign');
select throws_ok(format('select trimtab.auto_pause_campaign(%L, ''x'')', :'done'), 'TT011', null, 'pausing a completed campaign');
select throws_ok(format('select trimtab.auto_pause_campaign(%L, ''x'')', gen_random_uuid()), 'TT010', null, 'pausing an unknown campaign');
select throws_ok('select trimtab.auto_pause_campaign(null, ''x'')', 'TT010', null, 'pausing no campaign');
select throws_ok(format('select trimtab.auto_scale_campaign(%L, 30, ''x'')', :'daily'), 'TT012', null, 'scaling to the same');
select throws_ok(format('select trimtab.auto_scale_campaign(%L, 10, ''x'')', :'daily'), 'TT012', null, 'scaling to less');
select throws_ok(format('select trimtab.auto_scale_campaign(%L, null, ''x'')', :'daily'), 'TT012', null, 'scaling to nothing');
select throws_ok(format('select trimtab.auto_pause_campaign(%L, null)', :'daily'), 'TT015', null, 'pausing for no reason');
select throws_ok(format('select trimtab.auto_pause_campaign(%L, ''x'', 180)', :'daily'), 'TT015', null, 'pausing with 180 percent');
select throws_ok(format('select trimtab.auto_pause_campaign(%L, ''x'', 80, ''[1]'')', :'daily'), 'TT015', null, 'pausing with a list for evidence');
select throws_ok(format('select trimtab.auto_scale_campaign(%L, 90, ''x'', 80, ''7'')', :'daily'), 'TT015', null, 'scaling with a number for evidence');

select test.act_as(:'analyst');
select throws_ok(format('select trimtab.auto_pause_campaign(%L, ''x'')', :'daily'), 'TT003', null, 'an analyst may not');
select test.act_as(:'stranger');
select throws_ok(format('select trimtab.auto_pause_campaign(%L, ''x'')', :'daily'), 'TT010', null, 'another organization''s owner sees no such campaign');
select throws_ok(format('select trimtab.pause_campaign_as(%L, %L, ''x'', 80, ''rule'')', :'acme', :'daily'), '42501', null, 'the calls below are nobody''s');
select test.act_as_engine(:'acme');
select isnt(trimtab.auto_pause_campaign(:'daily', 'By the engine'), null, 'the engine may');
select test.reset();
select is((select origin from trimtab.campaign_changes where reason = 'By the engine'), 'engine', 'and it says so');
select is((select user_id from trimtab.campaign_changes where reason = 'By the engine'),
  (select system_user_id from trimtab.organizations where org_id = :'acme'), 'as the organization''s system actor');
select is((select count(*) from trimtab.campaign_changes), 5::bigint, 'nothing was written by what was refused');
select * from finish();
rollback;
