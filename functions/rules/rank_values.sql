create or replace function trimtab.rank_values(
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
    select f.place::integer as feature, f.entry ->> 'metric' as metric, coalesce(f.entry ->> 'window', 'lifetime') as span,
           coalesce(f.entry ->> 'order', 'top') as direction, coalesce(f.entry ->> 'within', 'organization') as within,
           (f.entry ->> 'count')::numeric as count, (f.entry ->> 'percent')::numeric as percent,
           coalesce(f.entry ->> 'zeros', 'with') = 'with' as has_zeros
    from unnest(p_features) with ordinality f (entry, place)
  ), ranked as (
    -- A place in the order is the last one of those with the same value, so that no more than were asked for are among the first.
    select f.feature, v.campaign_id, f.count, f.percent,
           count(*) over (partition by f.feature, p.part order by case f.direction when 'top' then - w.value else w.value end) as place,
           count(*) over (partition by f.feature, p.part) as campaigns
    from (select array_agg(f.metric order by f.feature) as metrics, array_agg(f.span order by f.feature) as spans from features f) q
    cross join lateral trimtab.metric_values(
      p_org_id, q.metrics, q.spans, array_fill(null::text, array[cardinality(q.metrics)]), null, p_as_of, p_known) v
    join features f on f.feature = v.place
    join trimtab.campaigns_at(p_org_id, p_as_of) c on c.campaign_id = v.campaign_id
    cross join lateral (
      select case f.within when 'platform' then c.platform when 'group' then c.group_id::text else '' end as part
    ) p
    -- A quotient that does not end is cut where PostgreSQL likes: equals stay equals to ten digits.
    cross join lateral (select round(v.value, 10) as value) w
    where c.status = 'active'
      and (c.ends_at is null or c.ends_at > p_as_of)
      and p.part is not null
      and v.value is not null
      and (f.has_zeros or v.value <> 0)
  )
  select r.feature, r.campaign_id, (r.place <= coalesce(r.count, ceil(r.campaigns * r.percent / 100)))::integer::numeric
  from ranked r
  where p_campaign_ids is null
    or r.campaign_id = any (p_campaign_ids);
end
$$;
comment on function trimtab.rank_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) is
  'Values of the condition metric_rank: 1 for a campaign among the count (or percent, rounded up) with the highest (order top) or lowest metric of the window, else 0. Ranked are the active campaigns of the organization whose metric is known, or those of one platform or group (within; a campaign without is not ranked), zeros with or without those whose metric is 0. Of campaigns with equal values all are among the first or none: never more than were asked for. Null for what is not ranked. Errors: as compute_signals().';
grant execute on function trimtab.rank_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
