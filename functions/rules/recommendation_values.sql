create or replace function trimtab.recommendation_values(
  p_org_id uuid,
  p_features jsonb[],
  p_campaign_ids uuid[],
  p_as_of timestamptz,
  p_known bigint,
  p_event jsonb
)
  returns table (feature integer, campaign_id uuid, value numeric)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
-- Names of columns mean the columns, not the results of the same name.
#variable_conflict use_column
begin
  return query
  with features as (
    select
      f.place::integer as feature,
      f.entry ->> 'recommendation_type' as opportunity_type,
      coalesce(trimtab.severity_rank(f.entry ->> 'severity'), 4) as least,
      (f.entry ->> 'min_confidence')::numeric as min_confidence
    from unnest(p_features) with ordinality f (entry, place)
  ),
  counted as (
    select f.feature, o.campaign_id, count(*) as n
    from features f
    join trimtab.optimization_opportunities o on o.org_id = p_org_id
      and (f.opportunity_type is null or o.opportunity_type = f.opportunity_type)
      and trimtab.severity_rank(o.severity) <= f.least
      and (f.min_confidence is null or o.confidence_score >= f.min_confidence)
    where (o.status = 'open' or o.resolved_at > p_as_of)
      and o.created_at <= p_as_of
      and (p_campaign_ids is null or o.campaign_id = any (p_campaign_ids))
    group by f.feature, o.campaign_id
  )
  select f.feature, c.id, coalesce(n.n, 0)::numeric
  from features f
  join trimtab.campaigns c on c.org_id = p_org_id and (p_campaign_ids is null or c.id = any (p_campaign_ids))
  left join counted n on n.feature = f.feature and n.campaign_id = c.id;
end
$$;
comment on function trimtab.recommendation_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) is
  'Values of the condition recommendation_exists: for each feature {recommendation_type, severity (least, default low), min_confidence (percent)} and campaign how many opportunities of it were open at p_as_of; 0 where there is none. Those that somebody works on (in_progress) are not counted.';
grant execute on function trimtab.recommendation_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
