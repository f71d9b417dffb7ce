create or replace function trimtab.announce_change(
  p_org_id uuid,
  p_campaign_id uuid,
  p_action_type text,
  p_origin text,
  p_reason text,
  p_confidence_score numeric default null,
  p_expected_impact text default null,
  p_evidence jsonb default '{}',
  p_rule_id uuid default null,
  p_rule_version integer default null,
  p_run_id uuid default null,
  p_rollback_of uuid default null
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
  insert into trimtab.campaign_changes (
    org_id, campaign_id, action_type, is_automated, origin, reason, previous_state, new_state, confidence_score,
    expected_impact, evidence, status, user_id, login, rule_id, rule_version, run_id, rollback_of, created_at)
  values (
    p_org_id, p_campaign_id, p_action_type, p_origin <> 'rollback', p_origin, p_reason, '{}', '{}', p_confidence_score,
    p_expected_impact, coalesce(p_evidence, '{}'), 'pending', trimtab.current_user_id(), session_user,
    p_rule_id, p_rule_version, p_run_id, p_rollback_of, trimtab.clock())
  returning id into v_id;
  return v_id;
end
$$;
comment on function trimtab.announce_change(uuid, uuid, text, text, text, numeric, text, jsonb, uuid, integer, uuid, uuid) is
  'Says who changes a campaign and why, just before the update of the same transaction: a pending row of the ledger, which the door completes. Only definer functions may call it, so the door can trust it. Returns the ledger id.';
grant execute on function trimtab.announce_change(uuid, uuid, text, text, text, numeric, text, jsonb, uuid, integer, uuid, uuid) to trimtab_definer;
