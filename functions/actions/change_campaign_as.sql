create or replace function trimtab.change_campaign_as(
  p_campaign trimtab.campaigns,
  p_action_type text,
  p_wanted jsonb,
  p_reason text,
  p_confidence numeric,
  p_origin text,
  p_evidence jsonb default '{}',
  p_expected_impact text default null,
  p_rule_id uuid default null,
  p_rule_version integer default null,
  p_run_id uuid default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_id uuid;
begin
  v_id := trimtab.announce_change(
    p_campaign.org_id, p_campaign.id, p_action_type, p_origin, p_reason, p_confidence, p_expected_impact, p_evidence,
    p_rule_id, p_rule_version, p_run_id);
  update trimtab.campaigns c
  set status = case when p_wanted ? 'status' then p_wanted ->> 'status' else c.status end,
      budget = case when p_wanted ? 'budget' then (p_wanted ->> 'budget')::numeric else c.budget end,
      daily_budget = case when p_wanted ? 'daily_budget' then (p_wanted ->> 'daily_budget')::numeric else c.daily_budget end,
      bid = case when p_wanted ? 'bid' then (p_wanted ->> 'bid')::numeric else c.bid end
  where c.org_id = p_campaign.org_id and c.id = p_campaign.id;
  return v_id;
end
$$;
comment on function trimtab.change_campaign_as(trimtab.campaigns, text, jsonb, text, numeric, text, jsonb, text, uuid, integer, uuid) is
  'Announces a change of a campaign whose row the caller has locked, and makes it: p_wanted holds the new values of some of status, budget, daily_budget, bid (campaign''s currency). Returns the id in the ledger. It must change something. For the system''s own functions.';
grant execute on function trimtab.change_campaign_as(trimtab.campaigns, text, jsonb, text, numeric, text, jsonb, text, uuid, integer, uuid) to trimtab_definer;
