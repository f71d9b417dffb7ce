create or replace function trimtab.find_low_conversion(
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
  v_ratio numeric := (v_limits ->> 'low_conversion_ratio')::numeric;
  v_min_clicks numeric := (v_limits ->> 'low_conversion_min_clicks')::numeric;
begin
  select o.currency into v_currency from trimtab.organizations o where o.org_id = p_org_id;

  return query
  with rates as (
    select
      d.campaign_id, d.title, d.is_delivering,
      d.signals[(select trimtab.signal_position('clicks', 'last_30_days'))] as clicks,
      d.signals[(select trimtab.signal_position('conversions', 'last_30_days'))] as conversions,
      d.signals[(select trimtab.signal_position('conversion_rate', 'last_30_days'))] as rate,
      d.signals[(select trimtab.signal_position('spend', 'last_30_days'))] as spend,
      d.signals[(select trimtab.signal_position('revenue', 'last_30_days'))] as revenue,
      d.signals[(select trimtab.signal_position('roas', 'last_30_days'))] as roas
    from trimtab.delivering_campaigns(p_org_id, p_as_of, p_known) d
  ),
  measured as (
    -- Those with enough clicks to have a rate, in order.
    select r.campaign_id, row_number() over (order by r.rate, r.campaign_id) as place
    from rates r
    where r.rate is not null and r.clicks >= v_min_clicks
  ),
  whole as (
    select
      array_agg(r.rate order by m.place) as rates,
      sum(r.revenue) filter (where r.conversions is not null) as revenue,
      sum(r.conversions) filter (where r.revenue is not null) as conversions
    from measured m
    join rates r on r.campaign_id = m.campaign_id
  ),
  compared as (
    -- What is usual: the middle one of the others, found by leaving one out of the order of all.
    select
      r.*, x.others,
      (w.rates[x.low + (x.low >= x.place)::integer] + w.rates[x.high + (x.high >= x.place)::integer]) / 2 as usual,
      w.revenue / nullif(w.conversions, 0) as sale
    from rates r
    cross join whole w
    left join measured m on m.campaign_id = r.campaign_id
    cross join lateral (
      select
        coalesce(m.place, cardinality(w.rates) + 1) as place,
        cardinality(w.rates) - (m.place is not null)::integer as others,
        (cardinality(w.rates) - (m.place is not null)::integer + 1) / 2 as low,
        (cardinality(w.rates) - (m.place is not null)::integer) / 2 + 1 as high
    ) x
    where r.is_delivering
  ),
  found as (
    select c.*
    from compared c
    where c.others >= 3
      and c.usual > 0
      and c.clicks >= v_min_clicks
      and c.rate < v_ratio * c.usual
  ),
  asked as (
    select
      array_agg(f.campaign_id order by f.campaign_id) as ids,
      array_agg(v_ratio * f.usual order by f.campaign_id) as bounds,
      array_agg(1.5 order by f.campaign_id) as paying,
      count(*)::integer as n
    from found f
  ),
  sure as (
    select a.ids[k.ordinality] as campaign_id, k.confidence as probability
    from asked a
    cross join lateral trimtab.confidence_of(
      p_org_id, a.ids, array_fill('conversion_rate'::text, array[a.n]), array_fill('last_30_days'::text, array[a.n]),
      array_fill(null::numeric, array[a.n]), a.bounds, p_as_of, p_known) k
    where a.n > 0
  ),
  pays as (
    select a.ids[k.ordinality] as campaign_id, k.confidence as probability
    from asked a
    cross join lateral trimtab.confidence_of(
      p_org_id, a.ids, array_fill('roas'::text, array[a.n]), array_fill('last_30_days'::text, array[a.n]),
      a.paying, array_fill(null::numeric, array[a.n]), p_as_of, p_known) k
    where a.n > 0
  ),
  judged as (
    select
      f.*, k.probability,
      f.clicks * (f.usual - f.rate) / 100 as missing,
      trimtab.round_down_money(f.spend * (1 - f.rate / f.usual), v_currency) as wasted,
      coalesce(f.revenue / nullif(f.conversions, 0), f.sale) as sale_value
    from found f
    join sure k on k.campaign_id = f.campaign_id
    left join pays p on p.campaign_id = f.campaign_id
    where k.probability >= v_least
      and coalesce(p.probability, 0) < v_least
  )
  select
    j.campaign_id, '', j.probability, j.wasted,
    format('"%s" turns %s%% of its clicks into conversions; the usual rate of the other %s campaigns is %s%%.',
      j.title, round(j.rate, 2), j.others, round(j.usual, 2)),
    'Compare its landing page, offer and audience with those of the campaigns that convert; send its clicks to a page that works.',
    jsonb_build_object('action', 'review_landing_page', 'target_conversion_rate', round(j.usual, 2)),
    jsonb_strip_nulls(jsonb_build_object(
      'additional_conversions', round(j.missing, 1),
      'additional_revenue', trimtab.round_down_money(j.missing * j.sale_value, v_currency),
      'wasted_spend', j.wasted, 'currency', v_currency, 'period_days', 30)),
    jsonb_build_object(
      'window', 'last_30_days', 'clicks', j.clicks, 'conversions', round(j.conversions, 2), 'conversion_rate', round(j.rate, 4),
      'usual_conversion_rate', round(j.usual, 4), 'other_campaigns', j.others, 'spend', round(j.spend, 2), 'currency', v_currency)
  from judged j;
end
$$;
comment on function trimtab.find_low_conversion(uuid, timestamptz, bigint) is
  'Delivering campaigns whose conversion rate of the last 30 days is surely below low_conversion_ratio times the median of the organization''s other campaigns (three at least, low_conversion_min_clicks each), and that do not surely pay all the same (return above 1.5). Probability: that the true rate is below that line.';
grant execute on function trimtab.find_low_conversion(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
