create or replace function trimtab.act_pause_campaign(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_campaign_id uuid := (p_context ->> 'campaign_id')::uuid;
  v_id uuid;
begin
  -- The lock first: whoever carried this step out at the same moment has committed then.
  perform trimtab.lock_organization(p_org_id);
  v_id := trimtab.change_of_step(p_org_id, p_context);
  if v_id is not null then
    return jsonb_build_object('change_id', v_id);
  end if;
  v_id := trimtab.pause_campaign_as(
    p_org_id => p_org_id, p_campaign_id => v_campaign_id,
    p_reason => concat_ws(' ', p_context ->> 'reason', p_action ->> 'message'),
    p_confidence => (p_context ->> 'confidence_score')::numeric, p_origin => 'rule', p_evidence => trimtab.step_evidence(p_context),
    p_expected_impact => p_context ->> 'expected_impact', p_rule_id => (p_context ->> 'rule_id')::uuid,
    p_rule_version => (p_context ->> 'rule_version')::integer, p_run_id => (p_context ->> 'run_id')::uuid);
  return jsonb_build_object('change_id', v_id);
end
$$;
comment on function trimtab.act_pause_campaign(uuid, jsonb, jsonb) is
  'Handler of the action pause_campaign {message}: pauses the campaign (pause_campaign_as()); {change_id}. The message stands behind the reason in the ledger. Carried out once a step of an execution.';
grant execute on function trimtab.act_pause_campaign(uuid, jsonb, jsonb) to trimtab_definer;
