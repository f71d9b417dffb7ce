create or replace function trimtab.find_creative_fatigue(
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
  -- Planning the scan of all partitions anew costs more than running it for one organization.
  set plan_cache_mode to force_generic_plan
as $$
-- Names of columns mean the columns, not the results of the same name.
#variable_conflict use_column
declare
  v_limits jsonb := trimtab.detection_limits();
  v_least numeric := (v_limits ->> 'min_probability')::numeric;
  v_currency text;
  -- How many days a creative is followed back from when it was last shown, and how far back that may lie.
  c_life constant integer := 120;
  c_ended constant integer := 400;
  -- The first guess of the lumpiness of clicks, and its weight in days.
  c_guess constant double precision := 1.5;
  c_guess_days constant double precision := 10;
  v_ratio numeric := (v_limits ->> 'fatigue_ratio')::numeric;
  v_min_days numeric := (v_limits ->> 'fatigue_min_days')::numeric;
  v_min_clicks numeric := (v_limits ->> 'fatigue_min_clicks')::numeric;
  v_today date;
begin
  select o.currency, (p_as_of at time zone o.time_zone)::date into v_currency, v_today
  from trimtab.organizations o
  where o.org_id = p_org_id;

  return query
  with active as materialized (
    select
      d.campaign_id, d.title,
      v_today - case when d.signals[(select trimtab.signal_position('impressions', 'last_30_days'))] > 0 then c_life else c_ended end as since
    from trimtab.delivering_campaigns(p_org_id, p_as_of, p_known) d
  ),
  by_creative as materialized (
    select f.campaign_id, f.subject, f.day, f.currency::text as currency, f.impressions, f.clicks, f.spend, f.reach
    from active a
    join trimtab.campaign_metrics f on f.campaign_id = a.campaign_id
    where f.org_id = p_org_id
      and f.grain = 'breakdown'
      and f.dimension = 'creative'
      and f.day between v_today - c_ended and v_today - 1
      and f.day >= a.since
      and f.impressions > 0
      and f.clicks is not null
      and case when p_known is null then f.known_to is null
        else f.known_from <= p_known and (f.known_to is null or f.known_to > p_known) end
  ),
  shown as materialized (
    select * from by_creative
    union all
    -- The campaign as a whole where its creatives are not told apart.
    select f.campaign_id, '', f.day, f.currency::text, f.impressions, f.clicks, f.spend, f.reach
    from active a
    join trimtab.campaign_metrics f on f.campaign_id = a.campaign_id
    where f.org_id = p_org_id
      and f.grain = 'day'
      and f.day between v_today - c_ended and v_today - 1
      and f.day >= a.since
      and f.impressions > 0
      and f.clicks is not null
      and not exists (select from by_creative b where b.campaign_id = a.campaign_id)
      and case when p_known is null then f.known_to is null
        else f.known_from <= p_known and (f.known_to is null or f.known_to > p_known) end
  ),
  usual as (
    select
      s.campaign_id, s.subject, max(s.day) as last_day,
      percentile_cont(0.5) within group (order by s.impressions) as middle
    from shown s
    group by s.campaign_id, s.subject
  ),
  life as (
    -- Days on which it was hardly shown say little and would move the thirds.
    select
      s.*, u.last_day,
      row_number() over early as place,
      count(*) over (partition by s.campaign_id, s.subject) as days
    from shown s
    join usual u on u.campaign_id = s.campaign_id and u.subject = s.subject
    where s.impressions >= 0.1 * u.middle
      and s.day > u.last_day - c_life
    window early as (partition by s.campaign_id, s.subject order by s.day)
  ),
  third as (
    select
      l.campaign_id, l.subject, l.last_day, l.days, (l.place - 1) * 3 / l.days as part,
      sum(l.impressions)::double precision as e, sum(l.clicks)::double precision as n,
      sum(l.clicks::double precision ^ 2) as nn, sum(l.clicks::double precision * l.impressions) as ne,
      sum(l.impressions::double precision ^ 2) as ee,
      sum(l.impressions) filter (where l.reach > 0) / nullif(sum(l.reach) filter (where l.reach > 0), 0)::numeric as frequency,
      sum(l.impressions) filter (where l.place > l.days - 7) as e_week,
      sum(l.clicks) filter (where l.place > l.days - 7) as n_week,
      sum(l.spend) filter (where l.day >= v_today - 30) as spend,
      min(l.currency) as currency
    from life l
    where l.days >= v_min_days
    group by l.campaign_id, l.subject, l.last_day, l.days, 5
  ),
  curve as (
    select
      t.campaign_id, t.subject, t.last_day, t.days,
      max(t.n) filter (where t.part = 0) as n_first, max(t.e) filter (where t.part = 0) as e_first,
      max(t.n) filter (where t.part = 1) as n_middle, max(t.e) filter (where t.part = 1) as e_middle,
      max(t.n) filter (where t.part = 2) as n_last, max(t.e) filter (where t.part = 2) as e_last,
      sum(t.n_week) as n_week, sum(t.e_week) as e_week,
      max(t.frequency) filter (where t.part = 0) as frequency_first,
      max(t.frequency) filter (where t.part = 2) as frequency_last,
      sum(t.spend) as spend, min(t.currency) as currency,
      -- Lumpiness: the scatter of days around the rate of their own third, so that the fall itself does not count as noise.
      greatest(1, (c_guess_days * c_guess + coalesce(
          (t.days - 3) * sum(t.nn - 2 * t.n / t.e * t.ne + (t.n / t.e) ^ 2 * t.ee)
            / nullif(sum(t.n / t.e * (t.e - t.ee / t.e)), 0), 0))
        / (c_guess_days + t.days - 3)) as unit_size
    from third t
    group by t.campaign_id, t.subject, t.last_day, t.days
  ),
  judged as (
    select
      a.title, c.*,
      (c.n_first / c.e_first)::numeric as rate_first,
      (c.n_middle / c.e_middle)::numeric as rate_middle,
      (c.n_last / c.e_last)::numeric as rate_last,
      ((c.n_last / c.e_last) / (c.n_first / c.e_first))::numeric as kept,
      c.last_day >= v_today - 7 as is_delivering,
      trimtab.ratio_below(
        0.5 + c.n_last / c.unit_size, c.e_last / c.unit_size, 0.5 + c.n_first / c.unit_size, c.e_first / c.unit_size,
        v_ratio::double precision)::numeric as probability
    from curve c
    join active a on a.campaign_id = c.campaign_id
    where c.n_first + c.n_middle + c.n_last >= v_min_clicks
      and c.n_first > 0
      -- It may have recovered since, with a new audience for instance.
      and (c.n_week < 10 or c.n_week / c.e_week < 0.9 * c.n_first / c.e_first)
  ),
  priced as (
    select
      j.*,
      case when not j.is_delivering then 0
        else trimtab.round_down_money(j.spend * trimtab.exchange_rate(j.currency, v_currency, v_today) * (1 - j.kept), v_currency)
      end as wasted
    from judged j
    where j.probability >= v_least
  )
  select
    p.campaign_id,
    case when p.subject = '' then '' else 'creative:' || p.subject end,
    p.probability, p.wasted,
    format('"%s"%s wears out: its click-through rate went from %s%% over %s%% to %s%% in %s days of being shown%s.',
      p.title, case when p.subject = '' then '' else format(', creative "%s",', p.subject) end,
      round(100 * p.rate_first, 2), round(100 * p.rate_middle, 2), round(100 * p.rate_last, 2), p.days,
      case when p.is_delivering then '' else format(', the last of them %s', p.last_day) end),
    case when p.is_delivering then 'Replace the creative, or rest it and show it to people who have not seen it.'
      else 'Do not start it again with this creative.' end,
    jsonb_strip_nulls(jsonb_build_object(
      'action', 'replace_creative', 'creative', nullif(p.subject, ''), 'target_ctr', round(100 * p.rate_first, 2))),
    jsonb_strip_nulls(jsonb_build_object(
      'ctr_increase', round(100 * (p.rate_first - p.rate_last), 2),
      'wasted_spend', p.wasted, 'currency', v_currency, 'period_days', 30)),
    jsonb_strip_nulls(jsonb_build_object(
      'days', p.days, 'last_day', p.last_day, 'is_delivering', p.is_delivering,
      'ctr_first', round(100 * p.rate_first, 4), 'ctr_middle', round(100 * p.rate_middle, 4), 'ctr_last', round(100 * p.rate_last, 4),
      'change_percent', round(100 * (p.kept - 1), 1),
      'impressions', (p.e_first + p.e_middle + p.e_last)::bigint, 'clicks', (p.n_first + p.n_middle + p.n_last)::bigint,
      'frequency_first', round(p.frequency_first, 2), 'frequency_last', round(p.frequency_last, 2)))
  from priced p;
end
$$;
comment on function trimtab.find_creative_fatigue(uuid, timestamptz, bigint) is
  'Creatives of active campaigns (or the campaign, where its creatives are not told apart) whose click-through rate wore out: over the days on which it was shown, at most the last 120, fatigue_min_days at least, the rate of the last third is surely below fatigue_ratio times that of the first third and has not recovered. Probability: that the true rate fell by more than that. One that is no longer shown is found as well, with nothing at stake, so that nobody starts it again; its campaign is not broken for that.';
grant execute on function trimtab.find_creative_fatigue(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
