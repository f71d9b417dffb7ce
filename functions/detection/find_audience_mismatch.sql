create or replace function trimtab.find_audience_mismatch(
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
  -- Events' worth of belief that an audience is like the rest: rates of audiences differ by about 70 percent.
  c_likeness constant double precision := 2;
  v_ratio numeric := (v_limits ->> 'mismatch_ratio')::numeric;
  v_min_share numeric := (v_limits ->> 'mismatch_min_share')::numeric;
begin
  select o.currency into v_currency from trimtab.organizations o where o.org_id = p_org_id;

  return query
  with active as materialized (
    select d.campaign_id, d.title
    from trimtab.delivering_campaigns(p_org_id, p_as_of, p_known) d
    where d.is_delivering
  ),
  judged as (
    select a.title, c.*, trimtab.round_down_money(c.spend * (1 - c.value / c.value_of_rest), v_currency) as wasted
    from trimtab.compare_subjects(
      p_org_id, array(select a.campaign_id from active a), array['audience', 'device', 'placement'], 30, v_ratio, c_likeness,
      p_as_of, p_known) c
    join active a on a.campaign_id = c.campaign_id
    -- What takes nearly everything is the campaign itself, not a part of it that does not fit.
    where c.spend_share between v_min_share and 0.8
      and c.value < v_ratio * c.value_of_rest
      and c.probability >= v_least
  )
  select
    j.campaign_id, j.dimension || ':' || j.subject, j.probability, j.wasted,
    format('"%s": the %s %s takes %s%% of the %s and brings %s, the rest of the campaign %s.',
      j.title, j.dimension, j.subject, round(100 * j.spend_share),
      case when j.spend is null then 'impressions' else 'spending' end,
      case j.measure
        when 'roas' then format('%s of every 1 spent back', round(j.value, 2))
        when 'ctr' then format('a click-through rate of %s%%', round(100 * j.value, 2))
        else format('%s conversions for every 1,000 %s', round(1000 * j.value, 2), v_currency)
      end,
      case j.measure when 'roas' then round(j.value_of_rest, 2)::text when 'ctr' then round(100 * j.value_of_rest, 2) || '%'
        else round(1000 * j.value_of_rest, 2)::text end),
    format('Exclude the %s %s, or bid less for it, and let the rest have its budget.', j.dimension, j.subject),
    jsonb_build_object('action', 'exclude_' || j.dimension, 'dimension', j.dimension, j.dimension, j.subject),
    jsonb_strip_nulls(jsonb_build_object('savings', j.wasted, 'currency', v_currency, 'period_days', 30)),
    jsonb_build_object(
      'window', 'last_30_days', 'measure', j.measure, 'value', round(j.value, 6), 'value_of_rest', round(j.value_of_rest, 6),
      'spend', round(j.spend, 2), 'spend_share', round(j.spend_share, 4), 'currency', v_currency)
  from judged j;
end
$$;
comment on function trimtab.find_audience_mismatch(uuid, timestamptz, bigint) is
  'Audiences, devices and placements of delivering campaigns that take mismatch_min_share or more of the spending of 30 days (but no more than four fifths) and surely bring less than mismatch_ratio times what the rest of the campaign brings for it. Subject: dimension:name. Probability: that its true rate is below that line (see compare_subjects).';
grant execute on function trimtab.find_audience_mismatch(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
