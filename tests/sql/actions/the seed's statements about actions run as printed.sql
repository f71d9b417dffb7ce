-- Seed 003 §4 D and §7, as a manager whose search_path begins with trimtab; only the two placeholders are filled in.
begin;
select plan(9);
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
insert into trimtab.campaigns (org_id, title, platform, status, budget, currency)
values (:'acme', 'Spring', 'meta', 'Active', 100, 'USD') returning id as campaign_uuid \gset
insert into trimtab.campaigns (org_id, title, status, budget, currency)
values (:'acme', 'Summer', 'Active', 100, 'USD') returning id as summer \gset
select test.clock_at('2026-03-20 10:00+00');
set role trimtab_definer;
select trimtab.record_failed_action(:'acme', :'campaign_uuid', 'auto_pause', 'ROI 0.3', '55P03', 'lock timeout', '{"status": "paused"}');
reset role;
select test.clock_at('2026-03-20 11:00+00');
set role trimtab_definer;
select trimtab.record_failed_action(:'acme', :'summer', 'auto_scale_up', 'ROI 4', '23514', 'too much', '{"budget": 150}');
reset role;

select test.act_as(:'manager');
set local search_path to trimtab, public;
select auto_pause_campaign(:'campaign_uuid', 'ROI 0.3') as action_uuid \gset

prepare failed as
SELECT * FROM autonomous_actions WHERE status = 'failed' ORDER BY created_at DESC;
prepare details as
SELECT 
  campaign_id, action_type, reason,
  previous_state, new_state,
  created_at
FROM autonomous_actions 
WHERE status = 'failed';
select results_eq('execute failed', $$select * from autonomous_actions where error_code is not null order by number desc$$, '§7 failed actions, newest first');
select set_eq('execute details',
  format($$values
    (%L::uuid, 'auto_pause', 'ROI 0.3', '{"bid": null, "budget": 100, "status": "active", "bid_strategy": null, "daily_budget": null}'::jsonb,
      '{"bid": null, "budget": 100, "status": "paused", "bid_strategy": null, "daily_budget": null}'::jsonb, timestamptz '2026-03-20 10:00+00'),
    (%L, 'auto_scale_up', 'ROI 4', '{"bid": null, "budget": 100, "status": "active", "bid_strategy": null, "daily_budget": null}',
      '{"bid": null, "budget": 150, "status": "active", "bid_strategy": null, "daily_budget": null}', '2026-03-20 11:00+00')$$, :'campaign_uuid', :'summer'),
  '§7 error details: what was, and what was wanted');

prepare action_status as
SELECT * FROM autonomous_actions WHERE id = :'action_uuid';
select is((select count(*) from autonomous_actions where id = :'action_uuid' and status = 'executed'), 1::bigint, '§7 action status');
select results_eq('execute action_status', format('select * from autonomous_actions where id = %L', :'action_uuid'), '§7 action status runs as printed');

-- Manual rollback (restore campaign status)
UPDATE campaigns 
SET status = 'active', budget = 150.00 
WHERE id = :'campaign_uuid';

-- Mark action as rolled back
UPDATE autonomous_actions 
SET status = 'rolled_back' 
WHERE id = :'action_uuid';
select results_eq(format('select status, budget from campaigns where id = %L', :'campaign_uuid'), $$values ('active', 150.00)$$, '§7 manual rollback: the campaign');
select is((select status from autonomous_actions where id = :'action_uuid'), 'rolled_back', '§7 manual rollback: the action');

-- Scenario D: an executed action, its rollback, the campaign as before; in one call.
select auto_scale_campaign(:'summer', 150, 'ROI 4') as action_uuid \gset
select is((select new_state ->> 'budget' from autonomous_actions where id = :'action_uuid' and status = 'executed'), '150.00', 'scenario D: an executed action');
select rollback_action(:'action_uuid');
select is((select status from autonomous_actions where id = :'action_uuid'), 'rolled_back', 'scenario D: is rolled back');
select is((select budget from campaigns where id = :'summer'), 100::numeric, 'scenario D: and the campaign is as before');
select * from finish();
rollback;
