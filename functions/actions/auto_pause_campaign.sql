create or replace function trimtab.auto_pause_campaign(
  p_campaign_id uuid,
  p_reason text,
  p_confidence_score numeric default 80,
  p_evidence jsonb default '{}'
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: announces the change in the ledger, which managers may not write.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('manager');
  v_origin text := (select case c.login_kind when 'engine' then 'engine' else 'person' end from trimtab.session_context() c);
  v_campaign trimtab.campaigns := trimtab.lock_active_campaign(v_org_id, p_campaign_id, p_reason, p_confidence_score, v_origin);
  v_described record := trimtab.describe_action(v_org_id, v_campaign, p_evidence => p_evidence);
begin
  return trimtab.pause_campaign_as(
    v_org_id, p_campaign_id, p_reason, p_confidence_score, v_origin,
    v_described.evidence, v_described.expected_impact);
end
$$;
comment on function trimtab.auto_pause_campaign(uuid, text, numeric, jsonb) is
  'Pauses an active campaign of the caller''s organization (role manager) and returns the action''s id in the ledger. p_confidence_score is percent, null for none; p_evidence is added to the figures that are kept. Guardrails bind the autopilot, not a person who calls this. Errors: TT001-TT003 context and role, TT010 unknown campaign, TT011 not active, TT015 no reason, an impossible confidence or evidence that is no object; nothing is written then.';
alter function trimtab.auto_pause_campaign(uuid, text, numeric, jsonb) owner to trimtab_definer;
grant execute on function trimtab.auto_pause_campaign(uuid, text, numeric, jsonb) to trimtab_user, trimtab_engine;
