create or replace function trimtab.recommended_opportunity(p_org_id uuid, p_campaign_id uuid, p_action jsonb)
  returns setof trimtab.optimization_opportunities
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  -- The gravest of those that ask for something we can do; else the gravest.
  select o.*
  from trimtab.optimization_opportunities o
  where o.org_id = p_org_id
    and o.campaign_id = p_campaign_id
    and o.status in ('open', 'in_progress')
    and (p_action ->> 'recommendation_type' is null or o.opportunity_type = p_action ->> 'recommendation_type')
    and (p_action ->> 'severity' is null or trimtab.severity_rank(o.severity) <= trimtab.severity_rank(p_action ->> 'severity'))
    and (p_action ->> 'min_confidence' is null or o.confidence_score >= (p_action ->> 'min_confidence')::numeric)
  order by o.proposed_action ->> 'action' in ('pause_campaign', 'adjust_budget') desc nulls last,
    trimtab.severity_rank(o.severity), o.confidence_score desc nulls last, o.id
  limit 1
$$;
comment on function trimtab.recommended_opportunity(uuid, uuid, jsonb) is
  'The opportunity of a campaign that implement_recommendation {recommendation_type, severity, min_confidence} would carry out: the gravest open one that proposes pause_campaign or adjust_budget, else the gravest (which is for people). No row: there is none.';
grant execute on function trimtab.recommended_opportunity(uuid, uuid, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
