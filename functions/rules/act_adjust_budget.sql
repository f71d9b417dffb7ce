create or replace function trimtab.act_adjust_budget(p_org_id uuid, p_action jsonb, p_context jsonb)
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
  if jsonb_typeof(p_action -> 'plan') is distinct from 'object' then
    raise exception 'the amount of this action was not planned'
      using errcode = 'TT015',
            detail = format('The action is %s.', p_action),
            hint = 'decide() plans amounts for a campaign; without one there is no amount.';
  end if;
  v_id := trimtab.adjust_budget_as(
    p_org_id => p_org_id, p_campaign_id => v_campaign_id, p_from => (p_action #>> '{plan,from}')::numeric,
    p_new_budget => coalesce(p_action #>> '{plan,budget}', p_action #>> '{plan,daily_budget}')::numeric,
    p_reason => p_context ->> 'reason',
    p_confidence => (p_context ->> 'confidence_score')::numeric, p_origin => 'rule', p_evidence => trimtab.step_evidence(p_context),
    p_expected_impact => p_context ->> 'expected_impact', p_rule_id => (p_context ->> 'rule_id')::uuid,
    p_rule_version => (p_context ->> 'rule_version')::integer, p_run_id => (p_context ->> 'run_id')::uuid);
  return jsonb_build_object('change_id', v_id);
end
$$;
comment on function trimtab.act_adjust_budget(uuid, jsonb, jsonb) is
  'Handler of the action adjust_budget: sets the amount that decide() planned (plan {from, budget, daily_budget}, the campaign''s currency; see adjust_budget_as()); {change_id}. Carried out once a step of an execution. Errors: TT015 nothing was planned, 40001 the budget is no longer what the plan began with.';
grant execute on function trimtab.act_adjust_budget(uuid, jsonb, jsonb) to trimtab_definer;
