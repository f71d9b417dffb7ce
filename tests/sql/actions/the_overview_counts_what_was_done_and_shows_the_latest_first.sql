begin;
select plan(11);
select test.clock_at('2026-03-20 10:00+00');
select test.organization('Acme') as acme \gset
select test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'viewer') as viewer \gset
select test.member(:'bolt', 'manager') as stranger \gset
insert into trimtab.campaigns (org_id, title, status, budget, currency)
select o, t, 'active', 100, 'USD' from unnest(array[:'acme', :'bolt']::uuid[]) o, unnest(array['a', 'b', 'c', 'd']) t;

select test.act_as(:'viewer');
select results_eq('select total_actions, paused_campaigns, scaled_campaigns, open_opportunities, avg_confidence, failed_actions, autopilot_enabled from trimtab.v_autopilot_overview',
  $$values (0::bigint, 0::bigint, 0::bigint, 0::bigint, null::numeric, 0::bigint, true)$$, 'before anything happened there is one row of zeros, without a confidence');

select test.act_as(:'manager');
select trimtab.auto_pause_campaign(id, 'x', 90) from trimtab.campaigns where title = 'a';
select test.clock_at('2026-03-20 11:00+00');
select trimtab.auto_scale_campaign(id, 150, 'x', 85.25) from trimtab.campaigns where title = 'b';
select test.clock_at('2026-03-21 10:30+00');
select trimtab.auto_pause_campaign(id, 'x', null) as undone from trimtab.campaigns where title = 'c' \gset
select trimtab.rollback_action(:'undone');
update trimtab.campaigns set budget = 80 where title = 'd';
select test.reset();
set role trimtab_definer;
select trimtab.record_failed_action(:'acme', c.id, 'auto_pause', 'x', '55P03', 'm', '{"status": "paused"}', 80) from trimtab.campaigns c where org_id = :'acme' and title = 'd';
insert into trimtab.optimization_opportunities (org_id, campaign_id, opportunity_type, severity, description, suggested_action, status, first_detected_at, last_detected_at, created_at, resolved_at)
select c.org_id, c.id, 'creative_fatigue', 'high', 'd', 's', s, trimtab.clock(), trimtab.clock(), '2026-03-20 10:30+00', case s when 'dismissed' then trimtab.clock() end
from trimtab.campaigns c, unnest(array['open', 'dismissed']) s where c.title in ('a', 'b');
reset role;
select test.act_as(:'stranger');
select trimtab.auto_pause_campaign(id, 'x') from trimtab.campaigns;

select test.act_as(:'viewer');
select results_eq('select total_actions, paused_campaigns, scaled_campaigns, open_opportunities, avg_confidence from trimtab.v_autopilot_overview',
  $$values (4::bigint, 2::bigint, 1::bigint, 2::bigint, 85.1)$$, 'the seed''s five figures: (90 + 85.25 + 80) ÷ 3 is 85.1');
select results_eq('select executed_actions, rolled_back_actions, failed_actions, actions_last_24_hours, last_action_at, oldest_open_opportunity_age, held_decisions from trimtab.v_autopilot_overview',
  $$values (2::bigint, 1::bigint, 1::bigint, 2::bigint, timestamptz '2026-03-21 10:30+00', interval '1 day', 0::bigint)$$, 'and the others');
select results_eq('select campaign_title, action_type, status, age, can_be_rolled_back from trimtab.v_recent_actions',
  $$values ('d', 'auto_pause', 'failed', interval '0', false), ('c', 'auto_pause', 'rolled_back', interval '0', false),
    ('b', 'auto_scale_up', 'executed', interval '23:30', true), ('a', 'auto_pause', 'executed', interval '1 day 00:30', true)$$,
  'recent actions come newest first, with title and age');
select is((select count(*) from trimtab.autonomous_actions where campaign_id in (select id from trimtab.campaigns where title = 'd')), 1::bigint, 'a person''s own update is no automatic action');

select test.act_as(:'stranger');
select results_eq('select total_actions, paused_campaigns, failed_actions from trimtab.v_autopilot_overview', $$values (4::bigint, 4::bigint, 0::bigint)$$, 'another organization sees its own');
select is((select count(*) from trimtab.v_recent_actions), 4::bigint, 'and nothing else');
select test.act_as_engine(:'acme');
select is((select count(*) from trimtab.v_recent_actions), 4::bigint, 'the engine sees those of the organization it acts for');
select is((select failed_actions from trimtab.v_autopilot_overview), 1::bigint, 'and its overview');
select test.act_as_nobody();
select is_empty('select from trimtab.v_autopilot_overview', 'nobody has no overview');
select is_empty('select from trimtab.v_recent_actions', 'and sees no actions');
select * from finish();
rollback;
