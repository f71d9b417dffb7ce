create or replace function trimtab.act_implement_recommendation(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_campaign_id uuid := (p_context ->> 'campaign_id')::uuid;
  v_id uuid;
  v_rule_id uuid := (p_context ->> 'rule_id')::uuid;
  v_rule_version integer := (p_context ->> 'rule_version')::integer;
  v_run_id uuid := (p_context ->> 'run_id')::uuid;
  v_evidence jsonb := trimtab.step_evidence(p_context);
  v_reason text := (p_context ->> 'reason') || ' ';
  v_opportunity trimtab.optimization_opportunities;
  v_campaign trimtab.campaigns;
  v_proposed jsonb;
  v_present numeric;
  v_new numeric;
  v_signals numeric[];
  v_impact record;
begin
  -- The lock first: whoever carried this step out at the same moment has committed then.
  perform trimtab.lock_organization(p_org_id);
  v_id := trimtab.change_of_step(p_org_id, p_context);
  if v_id is not null then
    return jsonb_build_object('change_id', v_id);
  end if;
  v_campaign := trimtab.lock_active_campaign(
    p_org_id, v_campaign_id, p_context ->> 'reason', (p_context ->> 'confidence_score')::numeric, 'rule');
  select o.* into v_opportunity
  from trimtab.optimization_opportunities o
  where o.org_id = p_org_id
    and o.id = (select r.id from trimtab.recommended_opportunity(p_org_id, v_campaign_id, p_action) r)
    and o.status in ('open', 'in_progress')
  for no key update;
  if not found then
    raise exception 'there is no open recommendation to carry out'
      using errcode = 'TT041',
            detail = format('Campaign %s; asked for: %s.', coalesce(v_campaign_id::text, 'none'), p_action - 'type'),
            hint = 'Let the rule ask for it: {"type": "recommendation_exists", …}.';
  end if;
  v_proposed := v_opportunity.proposed_action;

  select s.signals into v_signals
  from trimtab.campaign_signals s
  where s.org_id = p_org_id and s.campaign_id = v_campaign_id;

  if v_proposed ->> 'action' = 'pause_campaign' then
    v_impact := trimtab.pause_impact(v_signals, (select o.currency from trimtab.organizations o where o.org_id = p_org_id));
    v_id := trimtab.change_campaign_as(
      v_campaign, 'optimization_applied', '{"status": "paused"}', v_reason || v_opportunity.description,
      p_confidence => coalesce((p_context ->> 'confidence_score')::numeric, v_opportunity.confidence_score), p_origin => 'rule',
      p_evidence => v_evidence || jsonb_build_object('opportunity_id', v_opportunity.id, 'expected', v_impact.expected),
      p_expected_impact => v_impact.expected_impact, p_rule_id => v_rule_id,
      p_rule_version => v_rule_version, p_run_id => v_run_id);
  elsif v_proposed ->> 'action' = 'adjust_budget' then
    v_present := coalesce(v_campaign.budget, v_campaign.daily_budget);
    v_new := coalesce(v_proposed ->> 'budget', v_proposed ->> 'daily_budget')::numeric;
    -- The proposal speaks of the budget of then. Whoever changed it since has decided already.
    if v_proposed ->> 'currency' <> v_campaign.currency
       or (v_proposed ? 'budget') <> (v_campaign.budget is not null)
       or trimtab.round_down_money(v_present * (1 + (v_proposed ->> 'percent')::numeric / 100), v_campaign.currency) <> v_new
       or v_new is null then
      raise exception 'the budget of campaign "%" was changed since this was recommended', v_campaign.title
        using errcode = 'TT066',
              detail = format('Opportunity %s proposes %s; the budget is %s %s.', v_opportunity.id, v_proposed, coalesce(v_present::text, 'nothing'), v_campaign.currency),
              hint = 'The detectors look again with the next facts.';
    end if;
    v_impact := trimtab.scale_impact(v_signals, v_campaign, v_new);
    v_id := trimtab.adjust_budget_as(
      p_org_id, v_campaign_id, v_present, v_new, v_reason || v_opportunity.description,
      p_confidence => coalesce((p_context ->> 'confidence_score')::numeric, v_opportunity.confidence_score), p_origin => 'rule',
      p_evidence => v_evidence || jsonb_build_object('opportunity_id', v_opportunity.id, 'expected', v_impact.expected),
      p_expected_impact => v_impact.expected_impact, p_rule_id => v_rule_id,
      p_rule_version => v_rule_version, p_run_id => v_run_id, p_action_type => 'optimization_applied');
  else
    raise exception 'this recommendation is for people'
      using errcode = 'TT066',
            detail = format('Opportunity %s (%s) asks for %s: %s', v_opportunity.id, v_opportunity.opportunity_type,
              coalesce(v_proposed ->> 'action', 'nothing that a machine could do'), v_opportunity.suggested_action),
            hint = 'It stays open. Let the rule notify somebody instead, or name a recommendation_type such as budget_inefficiency.';
  end if;

  update trimtab.optimization_opportunities o
  set status = 'resolved', reason = format('Carried out by the rule %s (change %s).', p_context ->> 'rule_name', v_id)
  where o.org_id = p_org_id and o.id = v_opportunity.id;
  return jsonb_build_object('change_id', v_id, 'opportunity_id', v_opportunity.id);
end
$$;
comment on function trimtab.act_implement_recommendation(uuid, jsonb, jsonb) is
  'Handler of the action implement_recommendation {recommendation_type, severity, min_confidence}: does what the gravest matching open opportunity of the campaign proposes (pause_campaign, adjust_budget), in the ledger as optimization_applied, and resolves it with the change''s id; {change_id, opportunity_id}. One a step of an execution. Errors: TT041 there is none, TT066 it is for people, or the budget was changed since; it stays open then.';
grant execute on function trimtab.act_implement_recommendation(uuid, jsonb, jsonb) to trimtab_definer;
