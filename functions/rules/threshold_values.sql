create or replace function trimtab.threshold_values(
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
#variable_conflict use_column
begin
  return query
  with features as materialized (
    select f.place::integer as feature, f.entry ->> 'metric' as metric, f.entry ->> 'window' as span,
           f.entry -> 'compare_to' ->> 'metric' as other_metric, f.entry -> 'compare_to' ->> 'window' as other_span,
           coalesce((f.entry -> 'compare_to' ->> 'factor')::numeric, 1) as factor,
           f.entry ? 'compare_to' as is_compared
    from unnest(p_features) with ordinality f (entry, place)
  ), questions as (
    select array_agg(q.metric order by q.feature, q.is_other) as metrics, array_agg(q.span order by q.feature, q.is_other) as spans,
           array_agg(q.feature order by q.feature, q.is_other) as features, array_agg(q.is_other order by q.feature, q.is_other) as others
    from (
      select f.feature, f.metric, f.span, false as is_other from features f
      union all
      select f.feature, f.other_metric, f.other_span, true from features f where f.is_compared
    ) q
  ), found as (
    select q.features[v.place] as feature, v.campaign_id,
           min(v.value) filter (where not q.others[v.place]) as value, min(v.value) filter (where q.others[v.place]) as other
    from questions q
    cross join lateral trimtab.metric_values(
      p_org_id, q.metrics, q.spans, array_fill(null::text, array[cardinality(q.metrics)]), p_campaign_ids, p_as_of, p_known) v
    group by 1, 2
  )
  select v.feature, v.campaign_id, case when f.is_compared then v.value - f.factor * v.other else v.value end
  from found v
  join features f on f.feature = v.feature;
end
$$;
comment on function trimtab.threshold_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) is
  'Values of the condition metric_threshold where they are no signals: the metric in a window that the catalogue does not have, or with compare_to {metric, window, factor = 1} by how much the metric exceeds factor times the other one. Null when one of the two is not known. Errors: as compute_signals().';
grant execute on function trimtab.threshold_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
