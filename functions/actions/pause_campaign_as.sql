create or replace function trimtab.pause_campaign_as(
  p_org_id uuid,
  p_campaign_id uuid,
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
  v_campaign trimtab.campaigns := trimtab.lock_active_campaign(p_org_id, p_campaign_id, p_reason, p_confidence, p_origin);
  v_action_id uuid;
begin
  v_action_id := trimtab.announce_change(
    p_org_id, v_campaign.id, 'auto_pause', p_origin, p_reason, p_confidence, p_expected_impact, p_evidence,
    p_rule_id, p_rule_version, p_run_id);
  update trimtab.campaigns c
  set status = 'paused'
  where c.org_id = p_org_id and c.id = v_campaign.id;
  return v_action_id;
end
$$;
comment on function trimtab.pause_campaign_as(uuid, uuid, text, numeric, text, jsonb, text, uuid, integer, uuid) is
  'Pauses an active campaign on behalf of p_origin (rule, person, engine) and returns the action''s id in the ledger. p_confidence is percent or null. Errors as lock_active_campaign(); nothing is written then. For the system''s own functions.';
grant execute on function trimtab.pause_campaign_as(uuid, uuid, text, numeric, text, jsonb, text, uuid, integer, uuid) to trimtab_definer;
