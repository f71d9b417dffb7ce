create or replace function trimtab.change_values(
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
    select f.place::integer as feature, f.entry ->> 'metric' as metric,
           coalesce(f.entry ->> 'window', 'last_7_days') as span,
           coalesce(f.entry ->> 'compare', 'period_before') as compare,
           coalesce(f.entry ->> 'measure', 'percent') as measure
    from unnest(p_features) with ordinality f (entry, place)
  ), questions as (
    -- First all values, then what they are compared with.
    select count(*)::integer as count,
           array_agg(f.metric order by f.feature) as metrics,
           array_agg(f.span order by f.feature)
             || array_agg(case when f.compare in ('period_before', 'same_weekdays') then f.span else f.compare end order by f.feature) as spans,
           array_agg(null::text order by f.feature)
             || array_agg(case when f.compare in ('period_before', 'same_weekdays') then f.compare end order by f.feature) as compares
    from features f
  ), found as (
    select (v.place - 1) % q.count + 1 as feature, v.campaign_id,
           min(v.value) filter (where v.place <= q.count) as value, min(v.value) filter (where v.place > q.count) as base
    from questions q
    cross join lateral trimtab.metric_values(
      p_org_id, q.metrics || q.metrics, q.spans, q.compares, p_campaign_ids, p_as_of, p_known) v
    group by 1, 2
  )
  select v.feature, v.campaign_id,
         case f.measure when 'absolute' then v.value - v.base else 100 * (v.value - v.base) / nullif(abs(v.base), 0) end
  from found v
  join features f on f.feature = v.feature;
end
$$;
comment on function trimtab.change_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) is
  'Values of the condition performance_change: the metric of window less that of what it is compared with (compare: period_before, same_weekdays, or a window), in percent of the latter''s amount, or with measure absolute in the metric''s unit. Null when one of the two is not known, and in percent for a base of 0. Errors: as compute_signals().';
grant execute on function trimtab.change_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
