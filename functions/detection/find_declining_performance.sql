create or replace function trimtab.find_declining_performance(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (
    campaign_id uuid,
    subject text,
    probability numeric,
    at_stake numeric,
    description text,
    suggested_action text,
    proposed_action jsonb,
    estimated_impact jsonb,
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
  v_limits jsonb := trimtab.detection_limits();
  v_least numeric := (v_limits ->> 'min_probability')::numeric;
  v_currency text;
  v_ratio numeric := (v_limits ->> 'decline_ratio')::numeric;
  v_min_impressions numeric := (v_limits ->> 'decline_min_impressions')::numeric;
begin
  select o.currency into v_currency from trimtab.organizations o where o.org_id = p_org_id;

  return query
  with found as materialized (
    select r.*, r.rate / r.rate_before as kept
    from (
      select
        d.campaign_id, d.title,
        d.signals[(select trimtab.signal_position('impressions', 'last_7_days'))] as impressions,
        d.signals[(select trimtab.signal_position('ctr', 'last_7_days'))] as rate,
        d.signals[(select trimtab.signal_position('impressions', 'previous_7_days'))] as impressions_before,
        d.signals[(select trimtab.signal_position('ctr', 'previous_7_days'))] as rate_before,
        d.signals[(select trimtab.signal_position('spend', 'last_7_days'))] as spend
      from trimtab.delivering_campaigns(p_org_id, p_as_of, p_known) d
      where d.is_delivering
    ) r
    where r.impressions >= v_min_impressions
      and r.impressions_before >= v_min_impressions
      and r.rate_before > 0
      and r.rate < v_ratio * r.rate_before
  ),
  size as (
    select u.campaign_id, u.unit_size
    from (select array_agg(f.campaign_id) as ids from found f) a
    cross join lateral trimtab.unit_sizes(p_org_id, a.ids, 'clicks', 'impressions', p_as_of, p_known) u
    where a.ids is not null
  ),
  judged as (
    select
      f.*,
      trimtab.ratio_below(
        (0.5 + f.impressions * f.rate / 100 / s.unit_size)::double precision, (f.impressions / s.unit_size)::double precision,
        (0.5 + f.impressions_before * f.rate_before / 100 / s.unit_size)::double precision, (f.impressions_before / s.unit_size)::double precision,
        v_ratio::double precision)::numeric as probability,
      trimtab.round_down_money(f.spend * 30 / 7 * (1 - f.kept), v_currency) as wasted
    from found f
    join (select u.campaign_id, u.unit_size::numeric as unit_size from size u) s on s.campaign_id = f.campaign_id
  )
  select
    j.campaign_id, '', j.probability, j.wasted,
    format('"%s": the click-through rate fell from %s%% to %s%% within a week (%s%% less).',
      j.title, round(j.rate_before, 2), round(j.rate, 2), round(100 * (1 - j.kept))),
    'Look for what changed a week ago (creative, audience, bid, placement) and undo it, or refresh the creative.',
    jsonb_build_object('action', 'refresh_creative', 'target_ctr', round(j.rate_before, 2)),
    jsonb_strip_nulls(jsonb_build_object(
      'additional_clicks', round(j.impressions * 30 / 7 * (j.rate_before - j.rate) / 100),
      'wasted_spend', j.wasted, 'currency', v_currency, 'period_days', 30)),
    jsonb_build_object(
      'window', 'last_7_days', 'impressions', j.impressions, 'ctr', round(j.rate, 4),
      'impressions_before', j.impressions_before, 'ctr_before', round(j.rate_before, 4),
      'change_percent', round(100 * (j.kept - 1), 1), 'spend', round(j.spend, 2), 'currency', v_currency)
  from judged j
  where j.probability >= v_least;
end
$$;
comment on function trimtab.find_declining_performance(uuid, timestamptz, bigint) is
  'Delivering campaigns whose click-through rate, clicks over impressions of seven whole days, is surely below decline_ratio times that of the seven days before, with decline_min_impressions in both weeks. Probability: that the true rate fell by more than that (ratio of two gamma variables in units of unit_sizes()).';
grant execute on function trimtab.find_declining_performance(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
