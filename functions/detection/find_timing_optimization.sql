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
  -- Events' worth of belief that the hours are like the rest: times of day differ by about 50 percent.
  c_likeness constant double precision := 4;
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
  part as materialized (
    -- Every other day (1), the days between (2), and all of them (3).
    select
      h.campaign_id, h.subject, h.subject::integer as hour, d.part,
      case d.part when 3 then h.events[1] + h.events[2] else h.events[d.part] end as n,
      case d.part when 3 then h.exposure[1] + h.exposure[2] else h.exposure[d.part] end as e
    from hours h
    cross join (values (1), (2), (3)) d (part)
  ),
  near as (
    -- An hour alone has few events; the time of day is the hour and the ones beside it.
    select
      p.campaign_id, p.subject, p.part, p.n, p.e,
      sum(b.n) as n_near, sum(b.e) as e_near
    from part p
    join part b on b.campaign_id = p.campaign_id and b.part = p.part and (b.hour - p.hour + 25) % 24 <= 2
    group by p.campaign_id, p.subject, p.part, p.n, p.e
  ),
  rated as materialized (
    select
      r.campaign_id, r.subject, r.part, r.n, r.e,
      r.e > 0 and r.n_near / r.e_near < v_ratio * (r.n_all - r.n_near) / nullif(r.e_all - r.e_near, 0) as is_weak
    from (
      select a.*, sum(a.n) over family as n_all, sum(a.e) over family as e_all
      from near a
      where a.e_near > 0
      window family as (partition by a.campaign_id, a.part)
    ) r
  ),
  tested as (
    -- The weakest of 24 hours are weak by chance as well. Those picked on every other day are tried on the days between,
    -- and the other way round, so that picking them says nothing about the trial.
    select
      t.campaign_id,
      sum(t.n) filter (where p.is_weak) as n, sum(t.e) filter (where p.is_weak) as e,
      sum(t.n) filter (where p.is_weak is not true) as n_rest, sum(t.e) filter (where p.is_weak is not true) as e_rest
    from rated t
    join rated p on p.campaign_id = t.campaign_id and p.subject = t.subject and p.part = 3 - t.part
    where t.part < 3
    group by t.campaign_id
  ),
  sure as (
    select
      t.campaign_id,
      trimtab.ratio_below(
        c_likeness + t.n, c_likeness * t.e_rest / (t.n_rest + 0.5) + t.e, 0.5 + t.n_rest, t.e_rest,
        v_ratio::double precision)::numeric as probability
    from tested t
    where t.e > 0 and t.e_rest > 0 and t.n_rest > 0
  ),
  weak as (
    select
      h.campaign_id, h.measure,
      array_agg(h.subject order by h.subject) as hours,
      sum(h.spend) as spend, sum(h.spend_share) as share,
      sum(h.value * h.spend_share) / nullif(sum(h.spend_share), 0) as value
    from hours h
    join rated r on r.campaign_id = h.campaign_id and r.subject = h.subject and r.part = 3 and r.is_weak
    group by h.campaign_id, h.measure
  ),
  strong as (
    select h.campaign_id, sum(h.value * h.spend_share) / nullif(sum(h.spend_share), 0) as value
    from hours h
    join weak w on w.campaign_id = h.campaign_id and h.subject <> all (w.hours)
    group by h.campaign_id
  ),
  judged as (
    select
      a.title, w.*, k.probability, s.value as value_of_rest,
      trimtab.round_down_money(w.spend * 30 / 28 * (1 - w.value / s.value), v_currency) as wasted
    from weak w
    join strong s on s.campaign_id = w.campaign_id
    join sure k on k.campaign_id = w.campaign_id
    join active a on a.campaign_id = w.campaign_id
    where w.share >= v_min_share
      and k.probability >= v_least
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
  'Delivering campaigns that spend timing_min_share or more of 28 days in hours of the day (organization''s time zone; from hourly facts or the breakdown by hour) that surely bring less than timing_ratio times what the rest brings. Probability: that the true rate of weak hours is below that line, where hours found weak on every other day are tried on the days between and the other way round (ratio of two gamma variables in units of unit_sizes()).';
grant execute on function trimtab.find_timing_optimization(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
