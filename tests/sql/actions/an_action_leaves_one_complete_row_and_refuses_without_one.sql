begin;
select plan(20);
select test.organization('Acme') as acme \gset
select test.organization('Bolt') as bolt \gset
insert into trimtab.campaigns (org_id, title, platform, status, budget, daily_budget, currency)
values (:'acme', 'Spring', 'meta', 'active', 100, 9.99, 'USD') returning id as spring \gset
insert into trimtab.campaigns (org_id, title, status, daily_budget, currency)
values (:'acme', 'Daily', 'active', 1000, 'JPY') returning id as daily \gset
insert into trimtab.campaigns (org_id, title, status, currency)
values (:'acme', 'Free', 'active', 'USD') returning id as free \gset
insert into trimtab.campaigns (org_id, title, status, budget, currency, ends_at)
values (:'acme', 'Over', 'active', 5, 'USD', trimtab.clock()) returning id as over \gset
insert into trimtab.campaigns (org_id, title, status, budget, currency, autonomous_enabled)
values (:'acme', 'Ours', 'active', 5, 'USD', false) returning id as ours \gset

set role trimtab_definer;
select trimtab.scale_campaign_as(:'acme', :'spring', 133.339, 'ROI 4.1', 91.5, 'rule', '{"roas": 4.1}', 'more') as scaled \gset
select trimtab.pause_campaign_as(:'acme', :'spring', 'ROI 0.3', null, 'engine') as paused \gset
select trimtab.scale_campaign_as(:'acme', :'daily', 1500.9, 'ROI 5', 90, 'rule');
reset role;

select results_eq(
  format($$select action_type, previous_state, new_state, status, confidence_score, origin, is_automated, expected_impact, evidence
    from trimtab.campaign_changes where campaign_id = %L order by number$$, :'spring'),
  $$values
    ('auto_scale_up', '{"bid": null, "budget": 100, "status": "active", "bid_strategy": null, "daily_budget": 9.99}'::jsonb,
     '{"bid": null, "budget": 133.33, "status": "active", "bid_strategy": null, "daily_budget": 13.31}'::jsonb,
     'executed', 91.5::numeric(5,2), 'rule', true, 'more', '{"roas": 4.1}'::jsonb),
    ('auto_pause', '{"bid": null, "budget": 133.33, "status": "active", "bid_strategy": null, "daily_budget": 13.31}',
     '{"bid": null, "budget": 133.33, "status": "paused", "bid_strategy": null, "daily_budget": 13.31}',
     'executed', null, 'engine', true, null, '{}')$$,
  'both states are complete, the daily budget rises in the ratio of the budget (9.99 × 133.33 ÷ 100, cut to cents)');
select results_eq(
  $$select title, status, budget, daily_budget from trimtab.campaigns where title in ('Spring', 'Daily') order by title$$,
  $$values ('Daily', 'active', null, 1500::numeric), ('Spring', 'paused', 133.33, 13.31)$$,
  'the table holds what the ledger says; a campaign with a daily budget only has that one scaled, in whole yen');

set role trimtab_definer;
create function pg_temp.refusal(p_call text) returns text language plpgsql as $$
begin
  execute p_call;
  return 'done';
exception when others then
  return sqlstate;
end $$;
select is(pg_temp.refusal(format($$select trimtab.pause_campaign_as(%L, %L, 'r', 80, 'rule')$$, :'acme', :'spring')), 'TT011', 'a paused campaign is not paused again');
select is(pg_temp.refusal(format($$select trimtab.scale_campaign_as(%L, %L, 900, 'r', 80, 'rule')$$, :'acme', :'spring')), 'TT011', 'nor scaled');
select is(pg_temp.refusal(format($$select trimtab.pause_campaign_as(%L, %L, 'r', 80, 'rule')$$, :'acme', :'over')), 'TT011', 'nor one that ended');
select is(pg_temp.refusal(format($$select trimtab.pause_campaign_as(%L, %L, 'r', 80, 'rule')$$, :'bolt', :'daily')), 'TT010', 'a campaign of another organization is unknown');
select is(pg_temp.refusal(format($$select trimtab.scale_campaign_as(%L, null, 9, 'r', 80, 'rule')$$, :'acme')), 'TT010', 'so is none at all');
select is(pg_temp.refusal(format($$select trimtab.pause_campaign_as(%L, %L, 'r', 80, 'rule')$$, :'acme', :'ours')), 'TT016', 'a rule does not touch a campaign that opted out');
select is(pg_temp.refusal(format($$select trimtab.scale_campaign_as(%L, %L, 9, 'r', 80, 'rule')$$, :'acme', :'free')), 'TT012', 'without a budget there is nothing to scale');
select is(pg_temp.refusal(format($$select trimtab.scale_campaign_as(%L, %L, 1500, 'r', 80, 'rule')$$, :'acme', :'daily')), 'TT012', 'an equal budget does not rise');
select is(pg_temp.refusal(format($$select trimtab.scale_campaign_as(%L, %L, 1500.99, 'r', 80, 'rule')$$, :'acme', :'daily')), 'TT012', 'nor does one that is equal in whole yen');
select is(pg_temp.refusal(format($$select trimtab.scale_campaign_as(%L, %L, -5, 'r', 80, 'rule')$$, :'acme', :'daily')), 'TT012', 'nor a negative one');
select is(pg_temp.refusal(format($$select trimtab.scale_campaign_as(%L, %L, 'NaN', 'r', 80, 'rule')$$, :'acme', :'daily')), 'TT012', 'NaN is no amount');
select is(pg_temp.refusal(format($$select trimtab.scale_campaign_as(%L, %L, 'Infinity', 'r', 80, 'rule')$$, :'acme', :'daily')), 'TT012', 'nor is infinity');
select is(pg_temp.refusal(format($$select trimtab.scale_campaign_as(%L, %L, null, 'r', 80, 'rule')$$, :'acme', :'daily')), 'TT012', 'nor is null');
select is(pg_temp.refusal(format($$select trimtab.pause_campaign_as(%L, %L, ' ', 80, 'rule')$$, :'acme', :'daily')), 'TT015', 'an action needs a reason');
select is(pg_temp.refusal(format($$select trimtab.pause_campaign_as(%L, %L, 'r', 100.1, 'rule')$$, :'acme', :'daily')), 'TT015', 'and a confidence is percent');
reset role;

select is((select count(*) from trimtab.campaign_changes), 3::bigint, 'nothing was written by what was refused');
select is((select count(*) from trimtab.audit_log where action in ('campaign.auto_pause', 'campaign.auto_scale_up')), 3::bigint, 'neither audit');
select is((select count(*) from trimtab.events where type like 'campaign.%'), 3::bigint, 'nor events');
select * from finish();
rollback;
