create or replace function trimtab.auto_scale_campaign(
  p_campaign_id uuid,
  p_new_budget numeric,
  p_reason text,
  p_confidence_score numeric default 85,
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
  v_next record := trimtab.scaled_budgets(v_campaign, p_new_budget);
  v_described record := trimtab.describe_action(v_org_id, v_campaign, coalesce(v_next.budget, v_next.daily_budget), p_evidence => p_evidence);
begin
  return trimtab.scale_campaign_as(
    v_org_id, p_campaign_id, p_new_budget, p_reason, p_confidence_score, v_origin,
    v_described.evidence, v_described.expected_impact);
end
$$;
comment on function trimtab.auto_scale_campaign(uuid, numeric, text, numeric, jsonb) is
  'Raises the budget of an active campaign of the caller''s organization (role manager) to p_new_budget, in the campaign''s currency and cut to its smallest unit, and returns the action''s id in the ledger. A daily budget beside it rises in the same ratio; where there is only a daily budget, that is meant. p_confidence_score is percent, null for none; p_evidence is added to the figures that are kept. Guardrails bind the autopilot, not a person who calls this. Errors: TT001-TT003 context and role, TT010 unknown campaign, TT011 not active, TT012 the budget does not rise, TT015 no reason, an impossible confidence or evidence that is no object; nothing is written then.';
alter function trimtab.auto_scale_campaign(uuid, numeric, text, numeric, jsonb) owner to trimtab_definer;
grant execute on function trimtab.auto_scale_campaign(uuid, numeric, text, numeric, jsonb) to trimtab_user, trimtab_engine;
