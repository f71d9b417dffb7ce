create or replace function trimtab.find_opportunities(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (
    campaign_id uuid,
    opportunity_type text,
    severity text,
    description text,
    suggested_action text,
    estimated_impact jsonb,
    confidence_score numeric,
    subject text,
    proposed_action jsonb,
    evidence jsonb
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
-- Names of columns mean the columns, not the results of the same name.
#variable_conflict use_column
declare
  v_spend integer := trimtab.signal_position('spend', 'last_30_days');
begin
  return query
  with found as (
    select 'budget_inefficiency' as kind, f.* from trimtab.find_budget_inefficiency(p_org_id, p_as_of, p_known) f
    union all
    select 'low_conversion', f.* from trimtab.find_low_conversion(p_org_id, p_as_of, p_known) f
    union all
    select 'high_traffic_low_conversion', f.* from trimtab.find_high_traffic_low_conversion(p_org_id, p_as_of, p_known) f
    union all
    select 'declining_performance', f.* from trimtab.find_declining_performance(p_org_id, p_as_of, p_known) f
    union all
    select 'audience_mismatch', f.* from trimtab.find_audience_mismatch(p_org_id, p_as_of, p_known) f
    union all
    select 'creative_fatigue', f.* from trimtab.find_creative_fatigue(p_org_id, p_as_of, p_known) f
    union all
    select 'timing_optimization', f.* from trimtab.find_timing_optimization(p_org_id, p_as_of, p_known) f
  ),
  whole as (
    select sum(s.signals[v_spend]) as spend
    from trimtab.signals_at(p_org_id, p_as_of, p_known) s
    where exists (select from found)
  ),
  weighed as (
    -- What is to be lost in expectation, as a share of all that the organization spends.
    select f.*, coalesce(f.at_stake / nullif(w.spend, 0), 0) * f.probability as share
    from found f
    cross join whole w
  )
  select
    w.campaign_id, w.kind,
    case
      when w.share >= 0.1 and w.probability >= 0.9 then 'critical'
      when w.share >= 0.05 then 'high'
      when w.share >= 0.01 or w.at_stake is null then 'medium'
      else 'low'
    end,
    w.description, w.suggested_action, w.estimated_impact,
    round(100 * w.probability, 2), w.subject, w.proposed_action,
    jsonb_build_object('at_stake', w.at_stake) || w.evidence
  from weighed w;
end
$$;
comment on function trimtab.find_opportunities(uuid, timestamptz, bigint) is
  'All opportunities of an organization, by the seven detectors find_*(), in no order. severity: money at stake in 30 days times probability, as a share of what the organization spends in 30 days: critical from 10% (and 90% sure), high from 5%, medium from 1% (or where no money is known), else low. Writes nothing. Errors: as signals_at().';
grant execute on function trimtab.find_opportunities(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
