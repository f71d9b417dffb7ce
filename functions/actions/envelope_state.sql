create or replace function trimtab.envelope_state(p_campaign trimtab.campaigns)
  returns jsonb
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'status', p_campaign.status, 'budget', p_campaign.budget, 'daily_budget', p_campaign.daily_budget,
    'currency', p_campaign.currency, 'platform', p_campaign.platform, 'group_id', p_campaign.group_id, 'ends_at', p_campaign.ends_at)
$$;
comment on function trimtab.envelope_state(trimtab.campaigns) is 'What of a campaign says how much it may spend, and under which caps it comes: see envelope_checks.before.';
grant execute on function trimtab.envelope_state(trimtab.campaigns) to trimtab_definer;
