create or replace function trimtab.anomaly_values(
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
      coalesce(trimtab.severity_rank(f.entry ->> 'severity'), 4) as least,
      p_as_of - coalesce((f.entry ->> 'hours')::numeric, 24)::double precision * interval '1 hour' as since,
      coalesce(m.same_as, f.entry ->> 'metric') as metric,
      f.entry ->> 'direction' as direction
    from unnest(p_features) with ordinality f (entry, place)
    left join trimtab.metrics m on m.code = f.entry ->> 'metric'
  ),
  counted as (
    select f.feature, a.campaign_id, count(*) as n
    from features f
    join trimtab.anomalies a on a.org_id = p_org_id
      and a.last_found_at > f.since
      and trimtab.severity_rank(a.severity) <= f.least
      and (
        ((f.metric is null or a.metric = f.metric) and (f.direction is null or a.direction = f.direction))
        -- What is only a consequence of another anomaly counts where it is asked for by name.
        or exists (
          select
          from jsonb_array_elements_text(a.evidence -> 'also') t (name)
          where split_part(t.name, ':', 1) = f.metric
            and (f.direction is null or split_part(t.name, ':', 2) = f.direction)))
    where a.campaign_id is not null
      and (p_campaign_ids is null or a.campaign_id = any (p_campaign_ids))
      and a.detected_at <= p_as_of
      and (a.acknowledged_at is null or a.acknowledged_at > p_as_of)
      and (a.withdrawn_at is null or a.withdrawn_at > p_as_of)
    group by f.feature, a.campaign_id
  )
  select f.feature, c.id, coalesce(n.n, 0)::numeric
  from features f
  join trimtab.campaigns c on c.org_id = p_org_id and (p_campaign_ids is null or c.id = any (p_campaign_ids))
  left join counted n on n.feature = f.feature and n.campaign_id = c.id;
end
$$;
comment on function trimtab.anomaly_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) is
  'Values of the condition anomaly_detected: for each feature {severity (least, default low), hours (default 24), metric, direction} and campaign how many anomalies of the campaign were known at p_as_of, not acknowledged by then, and found or still growing within the hours. 0 where there is none. What many campaigns share (kinds tracking_break, shared_shift) counts for none of them.';
grant execute on function trimtab.anomaly_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
