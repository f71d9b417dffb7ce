create or replace function trimtab.compute_window_signals(
  p_org_id uuid,
  p_windows trimtab.signal_window[],
  p_campaign_ids uuid[] default null,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (
    campaign_id uuid,
    signals numeric[],
    first_day date,
    facts_end_at timestamptz,
    facts_revision bigint,
    valid_until timestamptz
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  -- Planning the scan of all partitions costs more than running it for one organization.
  set plan_cache_mode to force_generic_plan
as $$
#variable_conflict use_column
declare
  c_latest constant bigint := 9223372036854775807;
  -- known says which measures the facts of a row have: 1 impressions, 2 clicks, 4 spend, 8 conversions, 16 revenue,
  -- 32 likes, 64 shares, 128 comments, 256 reach; 512 spend, 1024 revenue that no exchange rate is known for.
  v_organization record;
  v_known bigint := coalesce(p_known, c_latest);
  v_known_at timestamptz := 'infinity';
  v_ids uuid[] := p_campaign_ids;
  v_today date;
  v_day_ends_at timestamptz;
  v_hour_ends_at timestamptz;
  v_first_hour timestamptz;
  v_first_day date;
  v_day_breaks integer[];
  v_hour_breaks integer[];
begin
  select o.time_zone::text as time_zone, o.currency::text as currency, o.replay_floor, o.facts_from
    into v_organization
  from trimtab.organizations o
  where o.org_id = p_org_id;
  if not found then
    raise exception 'there is no organization %', p_org_id
      using errcode = 'TT004', hint = 'An organization other than your own cannot be seen.';
  end if;

  v_today := (p_as_of at time zone v_organization.time_zone)::date;
  v_day_ends_at := trimtab.day_start(v_today + 1, v_organization.time_zone);
  v_hour_ends_at := date_trunc('hour', p_as_of, v_organization.time_zone);

  -- Where windows begin and end, counted back from the present, cuts time into spans; each window is some spans in a row.
  select
    array_agg(distinct b.age order by b.age) filter (where w.unit = 'day'),
    array_agg(distinct b.age order by b.age) filter (where w.unit = 'hour')
    into v_day_breaks, v_hour_breaks
  from unnest(p_windows) w
  cross join lateral unnest(array[w.last_unit, w.first_unit + 1]) b (age)
  where b.age is not null;
  -- Without a window of one kind its facts are not looked at.
  v_first_hour := coalesce(v_hour_ends_at - (v_hour_breaks[cardinality(v_hour_breaks)] - 1) * interval '1 hour', 'infinity');
  v_first_day := case
    when v_day_breaks is null then 'infinity'
    when exists (select from unnest(p_windows) w where w.unit = 'day' and w.first_unit is null) then '-infinity'
    else v_today - v_day_breaks[cardinality(v_day_breaks)] + 1
  end;

  if p_known is not null then
    if p_known < v_organization.replay_floor then
      raise exception 'what was known at revision % is no longer kept', p_known
        using errcode = 'TT006',
              detail = format('Facts that changed up to revision %s were rolled forward into lifetime sums.', v_organization.replay_floor),
              hint = 'Ask for a later revision, or leave it out for the latest.';
    end if;
    -- Rates have no revision. A run saw those of its moment, which may have come after the latest facts.
    v_known_at := greatest(
      p_as_of,
      (
        select r.published_at
        from trimtab.knowledge_revisions r
        where r.org_id = p_org_id
          and r.revision <= p_known
        order by r.revision desc
        limit 1
      ));
  end if;
  if v_today < v_organization.facts_from + v_day_breaks[cardinality(v_day_breaks)] - 1 then
    raise exception 'the facts before % are no longer kept by day', v_organization.facts_from
      using errcode = 'TT006',
            detail = format('The windows of %s reach back to %s.', v_today, v_today - v_day_breaks[cardinality(v_day_breaks)] + 1),
            hint = 'Ask for a later moment.';
  end if;

  if v_ids is null then
    v_ids := array(select c.id from trimtab.campaigns c where c.org_id = p_org_id);
  end if;

  return query
  with summed as materialized (
    select
      f.campaign_id,
      width_bucket(v_today - f.day, v_day_breaks) as span,
      (f.impressions is not null)::integer * 1
        + (f.clicks is not null)::integer * 2
        + (f.spend is not null)::integer * 4
        + (f.conversions is not null)::integer * 8
        + (f.revenue is not null)::integer * 16
        + (f.likes is not null)::integer * 32
        + (f.shares is not null)::integer * 64
        + (f.comments is not null)::integer * 128
        + (f.reach is not null)::integer * 256 as known,
      f.currency::text as currency,
      case when f.currency <> v_organization.currency then f.day end as rate_day,
      min(f.day) as first_day,
      max(f.day) filter (where not f.is_derived) as last_reported_day,
      max(f.day) filter (where f.is_derived) as last_derived_day,
      null::timestamptz as last_hour,
      max(f.known_from) as facts_revision,
      sum(f.impressions) as impressions,
      sum(f.clicks) as clicks,
      sum(f.spend) as spend,
      sum(f.conversions) as conversions,
      sum(f.revenue) as revenue,
      sum(f.likes) as likes,
      sum(f.shares) as shares,
      sum(f.comments) as comments,
      sum(f.reach) as reach_sum,
      max(f.reach)::numeric as greatest_reach
    from trimtab.campaign_metrics f
    where f.org_id = p_org_id
      and f.campaign_id = any (v_ids)
      and f.grain = 'day'
      and f.day between greatest(v_organization.facts_from, v_first_day) and v_today
      and f.known_from <= v_known
      and (f.known_to is null or f.known_to > v_known)
    group by 1, 2, 3, 4, 5
    union all
    select
      f.campaign_id,
      - width_bucket(ceil(extract(epoch from v_hour_ends_at - f.hour) / 3600)::integer, v_hour_breaks),
      (f.impressions is not null)::integer * 1
        + (f.clicks is not null)::integer * 2
        + (f.spend is not null)::integer * 4
        + (f.conversions is not null)::integer * 8
        + (f.revenue is not null)::integer * 16
        + (f.likes is not null)::integer * 32
        + (f.shares is not null)::integer * 64
        + (f.comments is not null)::integer * 128
        + (f.reach is not null)::integer * 256,
      f.currency::text,
      case when f.currency <> v_organization.currency then f.day end,
      min(f.day), null, null, max(f.hour), max(f.known_from),
      sum(f.impressions), sum(f.clicks), sum(f.spend), sum(f.conversions), sum(f.revenue),
      sum(f.likes), sum(f.shares), sum(f.comments), sum(f.reach), max(f.reach)
    from trimtab.campaign_metrics f
    where f.org_id = p_org_id
      and f.campaign_id = any (v_ids)
      and f.grain = 'hour'
      and f.day between (v_first_hour at time zone v_organization.time_zone)::date - 1 and v_today
      and f.hour >= v_first_hour
      and f.hour <= v_hour_ends_at - interval '1 hour'
      and f.known_from <= v_known
      and (f.known_to is null or f.known_to > v_known)
    group by 1, 2, 3, 4, 5
    union all
    select
      l.campaign_id,
      width_bucket(v_today - l.last_day, v_day_breaks),
      l.known_measures,
      l.currency::text,
      case when l.currency <> v_organization.currency then l.first_day end,
      l.first_day, l.last_day, null, null, l.facts_revision,
      l.impressions, l.clicks, l.spend, l.conversions, l.revenue,
      l.likes, l.shares, l.comments, l.reach_sum, l.greatest_reach
    from trimtab.campaign_lifetime_metrics l
    where l.org_id = p_org_id
      and l.campaign_id = any (v_ids)
      and v_first_day = '-infinity'
  ), rates as (
    select d.currency, d.rate_day, trimtab.exchange_rate(d.currency, v_organization.currency, d.rate_day, v_known_at) as rate
    from (select distinct s.currency, s.rate_day from summed s where s.rate_day is not null) d
  ), parts as (
    select
      s.campaign_id,
      s.span,
      case
        when s.rate_day is null or r.rate is not null then s.known
        else s.known
          + (s.known & 4) / 4 * 512
          + (s.known & 16) / 16 * 1024
      end as known,
      s.impressions,
      s.clicks,
      case when s.rate_day is null then s.spend else s.spend * r.rate end as spend,
      s.conversions,
      case when s.rate_day is null then s.revenue else s.revenue * r.rate end as revenue,
      s.likes,
      s.shares,
      s.comments,
      case when s.known & 224 > 0
        then coalesce(s.likes, 0) + coalesce(s.shares, 0) + coalesce(s.comments, 0)
      end as engagements,
      s.reach_sum,
      s.greatest_reach
    from summed s
    left join rates r on r.currency = s.currency and r.rate_day = s.rate_day
  ), spans as materialized (
    select w.position, b.ordinality::integer as span
    from unnest(p_windows) w
    cross join lateral unnest(v_day_breaks) with ordinality b (age, ordinality)
    where w.unit = 'day'
      and b.age >= w.last_unit
      and (w.first_unit is null or b.age <= w.first_unit)
    union all
    select w.position, - b.ordinality::integer
    from unnest(p_windows) w
    cross join lateral unnest(v_hour_breaks) with ordinality b (age, ordinality)
    where w.unit = 'hour'
      and b.age >= w.last_unit
      and (w.first_unit is null or b.age <= w.first_unit)
  ), windowed as (
    select
      p.campaign_id,
      w.position,
      bit_or(p.known) as known,
      sum(p.impressions) as impressions,
      sum(p.clicks) as clicks,
      sum(p.spend) as spend,
      sum(p.conversions) as conversions,
      sum(p.revenue) as revenue,
      sum(p.likes) as likes,
      sum(p.shares) as shares,
      sum(p.comments) as comments,
      max(p.greatest_reach) as reach,
      sum(p.reach_sum) as reach_sum,
      sum(p.engagements) as engagements,
      -- What a ratio leaves out of a sum, because the other part is not known; as a rule nothing.
      sum(p.impressions) filter (where p.known & 2 = 0) as impressions_without_clicks,
      sum(p.impressions) filter (where p.known & 4 = 0) as impressions_without_spend,
      sum(p.impressions) filter (where p.known & 256 = 0) as impressions_without_reach,
      sum(p.impressions) filter (where p.known & 224 = 0) as impressions_without_engagements,
      sum(p.clicks) filter (where p.known & 1 = 0) as clicks_without_impressions,
      sum(p.clicks) filter (where p.known & 4 = 0) as clicks_without_spend,
      sum(p.clicks) filter (where p.known & 8 = 0) as clicks_without_conversions,
      sum(p.spend) filter (where p.known & 1 = 0) as spend_without_impressions,
      sum(p.spend) filter (where p.known & 2 = 0) as spend_without_clicks,
      sum(p.spend) filter (where p.known & 8 = 0) as spend_without_conversions,
      sum(p.spend) filter (where p.known & 16 = 0) as spend_without_revenue,
      sum(p.conversions) filter (where p.known & 2 = 0) as conversions_without_clicks,
      sum(p.conversions) filter (where p.known & 4 = 0) as conversions_without_spend,
      sum(p.revenue) filter (where p.known & 4 = 0) as revenue_without_spend,
      sum(p.reach_sum) filter (where p.known & 1 = 0) as reach_without_impressions,
      sum(p.engagements) filter (where p.known & 1 = 0) as engagements_without_impressions
    from parts p
    join spans w on w.span = p.span
    group by p.campaign_id, w.position
  ), rated as (
    select
      w.*,
      (w.impressions - coalesce(w.impressions_without_reach, 0))
        / nullif(w.reach_sum - coalesce(w.reach_without_impressions, 0), 0) as frequency,
      100 * (w.clicks - coalesce(w.clicks_without_impressions, 0))
        / nullif(w.impressions - coalesce(w.impressions_without_clicks, 0), 0) as ctr,
      (w.spend - coalesce(w.spend_without_clicks, 0))
        / nullif(w.clicks - coalesce(w.clicks_without_spend, 0), 0) as cpc,
      1000 * (w.spend - coalesce(w.spend_without_impressions, 0))
        / nullif(w.impressions - coalesce(w.impressions_without_spend, 0), 0) as cpm,
      (w.spend - coalesce(w.spend_without_conversions, 0))
        / nullif(w.conversions - coalesce(w.conversions_without_spend, 0), 0) as cpa,
      100 * (w.conversions - coalesce(w.conversions_without_clicks, 0))
        / nullif(w.clicks - coalesce(w.clicks_without_conversions, 0), 0) as conversion_rate,
      100 * (w.engagements - coalesce(w.engagements_without_impressions, 0))
        / nullif(w.impressions - coalesce(w.impressions_without_engagements, 0), 0) as engagement_rate,
      (w.revenue - coalesce(w.revenue_without_spend, 0))
        / nullif(w.spend - coalesce(w.spend_without_revenue, 0), 0) as roas,
      w.known & 512 = 0 as spend_is_whole,
      w.known & 1024 = 0 as revenue_is_whole
    from windowed w
  ), placed as (
    select
      c.id, w.position,
      f.impressions,
      f.clicks,
      case when f.spend_is_whole then f.spend end as spend,
      f.conversions,
      case when f.revenue_is_whole then f.revenue end as revenue,
      f.likes,
      f.shares,
      f.comments,
      f.reach,
      f.frequency,
      f.ctr,
      case when f.spend_is_whole then f.cpc end as cpc,
      case when f.spend_is_whole then f.cpm end as cpm,
      case when f.spend_is_whole then f.cpa end as cpa,
      f.conversion_rate,
      f.engagement_rate,
      case when f.spend_is_whole and f.revenue_is_whole then f.roas end as roas
    from (select distinct a.id from unnest(v_ids) a (id)) c
    cross join (select distinct u.position from unnest(p_windows) u) w
    left join rated f on f.campaign_id = c.id and f.position = w.position
    order by c.id, w.position
  ), arrays as (
    -- In the order of the metrics' positions; the rows come in the order of the windows' positions.
    select
      f.id,
      (array_agg(f.spend) || array_agg(f.roas) || array_agg(f.conversions) || array_agg(f.cpa))
        || (array_agg(f.ctr) || array_agg(f.revenue) || array_agg(f.clicks) || array_agg(f.impressions))
        || (array_agg(f.cpc) || array_agg(f.conversion_rate) || array_agg(f.cpm) || array_agg(f.frequency))
        || (array_agg(f.engagement_rate) || array_agg(f.reach) || array_agg(f.likes) || array_agg(f.shares) || array_agg(f.comments)) as signals
    from placed f
    group by f.id
  ), ends as (
    select
      s.campaign_id,
      min(s.first_day) as first_day,
      max(s.last_reported_day) as last_reported_day,
      max(s.last_derived_day) as last_derived_day,
      max(s.last_hour) as last_hour,
      max(s.facts_revision) as facts_revision
    from summed s
    group by s.campaign_id
  )
  select
    a.id,
    a.signals,
    e.first_day,
    greatest(
      e.last_hour + interval '1 hour',
      trimtab.day_start(e.last_reported_day + 1, v_organization.time_zone),
      case when e.last_derived_day > coalesce(e.last_reported_day, '-infinity') then
        trimtab.last_fact_hour(p_org_id, a.id, e.last_derived_day, v_known) + interval '1 hour'
      end),
    coalesce(e.facts_revision, 0),
    case when e.last_hour is null then v_day_ends_at
      else least(v_day_ends_at, v_hour_ends_at + interval '1 hour')
    end
  from arrays a
  left join ends e on e.campaign_id = a.id;
end
$$;
comment on function trimtab.compute_window_signals(uuid, trimtab.signal_window[], uuid[], timestamptz, bigint) is
  'The definition of every windowed metric, for any windows: a row for each campaign asked for (null: all of the organization), with its metrics in the order of the catalogue, for each of them the windows in the order of their positions, as of p_as_of, from the facts known at revision p_known (null: the latest). Windows of one position are added up. Sums of absent measures are null, not 0. A ratio is factor × numerator ÷ denominator over the days (hours) of the window on which both are known; null when the denominator is 0 or absent. Day windows read facts of grain day, hour windows facts of complete hours; days are the organization''s, money is in its currency at the rate of the fact''s day (with p_known: as it was known at p_as_of or when that revision was published, whichever is later); where a rate is missing, the window''s money is null. first_day: of the first fact among those read; facts_end_at: end of the latest one; facts_revision: the highest among them (0: none); valid_until: when a window next moves. Errors: TT004 unknown organization, TT006 not kept that far back.';
grant execute on function trimtab.compute_window_signals(uuid, trimtab.signal_window[], uuid[], timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
