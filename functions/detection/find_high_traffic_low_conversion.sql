create or replace function trimtab.find_high_traffic_low_conversion(
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
  -- The measured rate is below the line, and the true one surely below a line that is a quarter higher.
  c_leeway constant numeric := 1.25;
  v_line numeric := (v_limits ->> 'high_traffic_rate_percent')::numeric;
  v_min_clicks numeric := (v_limits ->> 'high_traffic_min_clicks')::numeric;
begin
  select o.currency into v_currency from trimtab.organizations o where o.org_id = p_org_id;

  return query
  with found as materialized (
    select r.*
    from (
      select
        d.campaign_id, d.title,
        d.signals[(select trimtab.signal_position('clicks', 'last_30_days'))] as clicks,
        d.signals[(select trimtab.signal_position('conversions', 'last_30_days'))] as conversions,
        d.signals[(select trimtab.signal_position('conversion_rate', 'last_30_days'))] as rate,
        d.signals[(select trimtab.signal_position('spend', 'last_30_days'))] as spend,
        d.signals[(select trimtab.signal_position('revenue', 'last_30_days'))] as revenue
      from trimtab.delivering_campaigns(p_org_id, p_as_of, p_known) d
      where d.is_delivering
    ) r
    where r.clicks >= v_min_clicks
      and r.rate < v_line
  ),
  asked as (
    select array_agg(f.campaign_id order by f.campaign_id) as ids, count(*)::integer as n
    from found f
  ),
  size as (
    select u.campaign_id, u.unit_size
    from asked a
    cross join lateral trimtab.unit_sizes(p_org_id, a.ids, 'conversions', 'clicks', p_as_of, p_known) u
    where a.n > 0
  ),
  pays as (
    select a.ids[k.ordinality] as campaign_id, k.confidence as probability
    from asked a
    cross join lateral trimtab.confidence_of(
      p_org_id, a.ids, array_fill('roas'::text, array[a.n]), array_fill('last_30_days'::text, array[a.n]),
      array_fill(1.5, array[a.n]), array_fill(null::numeric, array[a.n]), p_as_of, p_known) k
    where a.n > 0
  ),
  judged as (
    -- A line for everybody: the campaign's own figures alone, whatever the others do.
    select
      f.*, p.probability as paying,
      trimtab.gamma_cdf(
        (0.5 + f.clicks * f.rate / 100 / coalesce(s.unit_size, 1))::double precision,
        (f.clicks / coalesce(s.unit_size, 1) * c_leeway * v_line / 100)::double precision)::numeric as probability,
      f.clicks * (c_leeway * v_line - f.rate) / 100 as missing,
      trimtab.round_down_money(f.spend * (1 - f.rate / (c_leeway * v_line)), v_currency) as wasted
    from found f
    left join size s on s.campaign_id = f.campaign_id
    left join pays p on p.campaign_id = f.campaign_id
  )
  select
    j.campaign_id, '', j.probability, j.wasted,
    format('"%s" has %s clicks in the last 30 days, but only %s%% of them convert.', j.title, j.clicks, round(j.rate, 2)),
    'Review the landing page and the targeting; test another audience or call to action.',
    jsonb_build_object('action', 'review_landing_page', 'target_conversion_rate', round(c_leeway * v_line, 2)),
    jsonb_strip_nulls(jsonb_build_object(
      'additional_conversions', round(j.missing, 1),
      'additional_revenue', trimtab.round_down_money(j.missing * j.revenue / nullif(j.conversions, 0), v_currency),
      'wasted_spend', j.wasted, 'currency', v_currency, 'period_days', 30)),
    jsonb_build_object(
      'window', 'last_30_days', 'clicks', j.clicks, 'conversions', round(j.conversions, 2), 'conversion_rate', round(j.rate, 4),
      'threshold', v_line, 'sure_below', c_leeway * v_line, 'spend', round(j.spend, 2), 'currency', v_currency)
  from judged j
  where j.probability >= v_least
    and coalesce(j.paying, 0) < v_least;
end
$$;
comment on function trimtab.find_high_traffic_low_conversion(uuid, timestamptz, bigint) is
  'Delivering campaigns with high_traffic_min_clicks clicks or more in the last 30 days of which fewer than high_traffic_rate_percent in a hundred convert, unless they surely pay all the same (return above 1.5). Probability: that the true rate is below 1.25 times that line, from the campaign''s own figures alone (gamma with Jeffreys'' prior).';
grant execute on function trimtab.find_high_traffic_low_conversion(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
