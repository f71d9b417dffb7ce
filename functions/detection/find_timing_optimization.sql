create or replace function trimtab.find_timing_optimization(
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
  -- Hours of the day are more alike than audiences: their rates differ by about 50 percent.
  c_likeness constant double precision := 4;
  c_min_events constant numeric := 5;
  v_ratio numeric := (v_limits ->> 'timing_ratio')::numeric;
  v_min_share numeric := (v_limits ->> 'timing_min_share')::numeric;
  v_time_zone text;
begin
  select o.currency, o.time_zone into v_currency, v_time_zone from trimtab.organizations o where o.org_id = p_org_id;

  return query
  with active as materialized (
    select d.campaign_id, d.title
    from trimtab.delivering_campaigns(p_org_id, p_as_of, p_known) d
    where d.is_delivering
  ),
  hours as materialized (
    select c.*
    from trimtab.compare_subjects(
      p_org_id, array(select a.campaign_id from active a), array['hour'], 28, v_ratio, c_likeness, p_as_of, p_known) c
  ),
  weak as (
    -- The weak hours together: no hour alone has to prove it to the full, all of them together do.
    select
      h.campaign_id, h.measure,
      array_agg(h.subject order by h.subject) as hours,
      sum(h.spend) as spend, sum(h.spend_share) as share, sum(h.events_expected) as events_expected,
      sum(h.value * h.spend_share) / nullif(sum(h.spend_share), 0) as value,
      sum(h.probability * h.spend_share) / nullif(sum(h.spend_share), 0) as probability
    from hours h
    where h.value < v_ratio * h.value_of_rest
      and h.probability >= 0.5
    group by h.campaign_id, h.measure
  ),
  strong as (
    select h.campaign_id, sum(h.value * h.spend_share) / nullif(sum(h.spend_share), 0) as value
    from hours h
    join weak w on w.campaign_id = h.campaign_id and h.subject <> all (w.hours)
    group by h.campaign_id
  ),
  judged as (
    select a.title, w.*, s.value as value_of_rest,
      trimtab.round_down_money(w.spend * 30 / 28 * (1 - w.value / s.value), v_currency) as wasted
    from weak w
    join strong s on s.campaign_id = w.campaign_id
    join active a on a.campaign_id = w.campaign_id
    where w.share >= v_min_share
      and w.events_expected >= c_min_events
      and w.probability >= v_least
      and s.value > 0
  )
  select
    j.campaign_id, '', j.probability, j.wasted,
    format('"%s" spends %s%% of its budget in hours that bring %s%% of what the others do (hours from %s, %s).',
      j.title, round(100 * j.share), round(100 * j.value / j.value_of_rest), array_to_string(j.hours, ', '), v_time_zone),
    'Do not show it in these hours, or bid less in them.',
    jsonb_build_object('action', 'schedule_pause', 'hours', to_jsonb(j.hours::integer[]), 'time_zone', v_time_zone),
    jsonb_strip_nulls(jsonb_build_object('savings', j.wasted, 'currency', v_currency, 'period_days', 30)),
    jsonb_build_object(
      'window_days', 28, 'measure', j.measure, 'hours', to_jsonb(j.hours::integer[]), 'value', round(j.value, 6),
      'value_of_rest', round(j.value_of_rest, 6), 'spend', round(j.spend, 2), 'spend_share', round(j.share, 4), 'currency', v_currency)
  from judged j;
end
$$;
comment on function trimtab.find_timing_optimization(uuid, timestamptz, bigint) is
  'Delivering campaigns that spend timing_min_share or more of 28 days in hours of the day (organization''s time zone; from hourly facts or the breakdown by hour) that surely bring less than timing_ratio times what the rest brings. Probability: mean over these hours, weighted by spending, that the true rate of an hour is below that line (see compare_subjects).';
grant execute on function trimtab.find_timing_optimization(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
