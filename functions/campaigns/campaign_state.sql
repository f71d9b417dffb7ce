create or replace function trimtab.campaign_state(p_campaign trimtab.campaigns)
  returns jsonb
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'status', p_campaign.status,
    'budget', p_campaign.budget,
    'daily_budget', p_campaign.daily_budget,
    'bid', p_campaign.bid,
    'bid_strategy', p_campaign.bid_strategy)
$$;
comment on function trimtab.campaign_state(trimtab.campaigns) is
  'What the ledger keeps of a campaign: status, budget, daily_budget, bid (money in the campaign''s currency), bid_strategy.';
grant execute on function trimtab.campaign_state(trimtab.campaigns) to trimtab_user, trimtab_engine, trimtab_definer;
