create or replace function trimtab.compare_subjects(
  p_org_id uuid,
  p_campaign_ids uuid[],
  p_dimensions text[],
  p_days integer,
  p_ratio numeric,
  p_likeness double precision,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (
    campaign_id uuid,
    dimension text,
    subject text,
    measure text,
    value numeric,
    value_of_rest numeric,
    spend numeric,
    spend_share numeric,
    probability numeric,
    events double precision[],
    exposure double precision[]
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
  v_currency text;
  v_time_zone text;
  v_today date;
begin
  select o.currency, o.time_zone, (p_as_of at time zone o.time_zone)::date into v_currency, v_time_zone, v_today
  from trimtab.organizations o
  where o.org_id = p_org_id;

  return query
  with fact as (
    select f.campaign_id, f.dimension, f.subject, f.day, f.currency::text as currency, f.impressions, f.clicks, f.spend, f.conversions, f.revenue
    from trimtab.campaign_metrics f
    where f.org_id = p_org_id
      and f.grain = 'breakdown'
      and f.day between v_today - p_days and v_today - 1
      and f.campaign_id = any (p_campaign_ids)
      and f.dimension = any (p_dimensions)
      and case when p_known is null then f.known_to is null
        else f.known_from <= p_known and (f.known_to is null or f.known_to > p_known) end
      and (f.dimension <> 'hour' or not exists (
        select
        from trimtab.campaign_metrics h
        where h.org_id = p_org_id and h.grain = 'hour' and h.day between v_today - p_days and v_today - 1 and h.campaign_id = f.campaign_id
      ))
    union all
    -- Hours of the day come from hourly facts where there are any, else from the platform's breakdown.
    select
      f.campaign_id, 'hour', to_char(f.hour at time zone v_time_zone, 'HH24'), f.day, f.currency::text,
      f.impressions, f.clicks, f.spend, f.conversions, f.revenue
    from trimtab.campaign_metrics f
    where 'hour' = any (p_dimensions)
      and f.org_id = p_org_id
      and f.grain = 'hour'
      and f.day between v_today - p_days and v_today - 1
      and f.campaign_id = any (p_campaign_ids)
      and case when p_known is null then f.known_to is null
        else f.known_from <= p_known and (f.known_to is null or f.known_to > p_known) end
  ),
  rates as materialized (
    select c.currency, trimtab.exchange_rate(c.currency, v_currency, v_today) as rate
    from (select distinct f.currency from fact f) c
  ),
  sums as materialized (
    -- Each ratio over the rows on which both of its parts are known.
    select
      f.campaign_id, f.dimension,
      case f.dimension when 'hour' then lpad(substring(f.subject from '\d{1,2}'), 2, '0') else f.subject end as subject,
      (f.day - date '2000-01-01') % 2 as half,
      sum(f.spend * r.rate) as spend, sum(f.impressions) as impressions,
      sum(f.revenue * r.rate) filter (where f.spend is not null) as revenue,
      sum(f.spend * r.rate) filter (where f.revenue is not null) as spend_with_revenue,
      sum(f.conversions) filter (where f.spend is not null) as conversions,
      sum(f.spend * r.rate) filter (where f.conversions is not null) as spend_with_conversions,
      sum(f.clicks) filter (where f.impressions is not null) as clicks,
      sum(f.impressions) filter (where f.clicks is not null) as impressions_with_clicks
    from fact f
    join rates r on r.currency = f.currency
    group by 1, 2, 3, 4
  ),
  whole as (
    -- What counts is what comes out: revenue where it is known, else conversions, else clicks.
    select
      s.campaign_id, s.dimension, sum(s.spend) as spend, sum(s.impressions) as impressions,
      case
        when sum(s.revenue) > 0 and sum(s.spend_with_revenue) >= 0.9 * sum(s.spend) then 'roas'
        when sum(s.conversions) > 0 and sum(s.spend_with_conversions) >= 0.9 * sum(s.spend) then 'conversions per spend'
        when sum(s.clicks) > 0 then 'ctr'
      end as measure
    from sums s
    where s.subject is not null
    group by s.campaign_id, s.dimension
  ),
  part as materialized (
    select
      s.campaign_id, s.dimension, s.subject, w.measure, sum(s.spend) as spend,
      coalesce(sum(s.spend) / nullif(w.spend, 0), sum(s.impressions) / nullif(w.impressions, 0)) as share,
      case w.measure when 'roas' then 'revenue' when 'ctr' then 'clicks' else 'conversions' end as event,
      case w.measure when 'ctr' then 'impressions' else 'spend' end as exposure,
      sum(v.n) as n, sum(v.e) as e,
      array[
        coalesce(sum(v.n) filter (where s.half = 0), 0), coalesce(sum(v.n) filter (where s.half = 1), 0)] as n_halves,
      array[
        coalesce(sum(v.e) filter (where s.half = 0), 0), coalesce(sum(v.e) filter (where s.half = 1), 0)] as e_halves
    from sums s
    join whole w on w.campaign_id = s.campaign_id and w.dimension = s.dimension
    cross join lateral (
      select
        case w.measure when 'roas' then s.revenue when 'ctr' then s.clicks else s.conversions end as n,
        case w.measure when 'roas' then s.spend_with_revenue when 'ctr' then s.impressions_with_clicks else s.spend_with_conversions end as e
    ) v
    where w.measure is not null and s.subject is not null
    group by s.campaign_id, s.dimension, s.subject, w.measure, w.spend, w.impressions
  ),
  size as materialized (
    select k.event, k.exposure, u.campaign_id, u.unit_size
    from (select p.event, p.exposure, array_agg(distinct p.campaign_id) as ids from part p group by p.event, p.exposure) k
    cross join lateral trimtab.unit_sizes(p_org_id, k.ids, k.event, k.exposure, p_as_of, p_known) u
  ),
  beside as (
    select
      p.*,
      sum(p.n) over family - p.n as n_rest,
      sum(p.e) over family - p.e as e_rest,
      coalesce(
        (select s.unit_size from size s where s.event = p.event and s.exposure = p.exposure and s.campaign_id = p.campaign_id),
        (select s.unit_size from size s where s.event = p.event and s.exposure = p.exposure and s.campaign_id is null),
        1) as unit_size
    from part p
    where p.n is not null and p.e > 0
    window family as (partition by p.campaign_id, p.dimension)
  )
  select
    b.campaign_id, b.dimension, b.subject, b.measure,
    b.n / b.e, b.n_rest / b.e_rest, b.spend, b.share,
    trimtab.ratio_below(
      p_likeness + b.n / b.unit_size,
      p_likeness * b.e_rest / (b.n_rest + 0.5 * b.unit_size) + b.e / b.unit_size,
      0.5 + b.n_rest / b.unit_size,
      b.e_rest / b.unit_size,
      p_ratio::double precision)::numeric,
    array[b.n_halves[1] / b.unit_size, b.n_halves[2] / b.unit_size],
    array[b.e_halves[1] / b.unit_size, b.e_halves[2] / b.unit_size]
  from beside b
  where b.e_rest > 0 and b.n_rest > 0;
end
$$;
comment on function trimtab.compare_subjects(uuid, uuid[], text[], integer, numeric, double precision, timestamptz, bigint) is
  'Each audience, device, placement, creative or hour of day of a campaign against the rest of the campaign, over p_days whole days that end yesterday: value and value_of_rest of the measure (roas where revenue is known, else conversions per spend, else clicks per impression; money in the organization''s currency), its spending, its share of the campaign''s spending (of its impressions where spending is not known), the probability that its true rate is below p_ratio times that of the rest, and its events and exposure on every other day and on the days between, in units of unit_sizes(). A subject is taken to be like the rest until its figures say otherwise: a gamma prior around the rate of the rest with weight p_likeness events, which also answers for looking at many subjects at once.';
grant execute on function trimtab.compare_subjects(uuid, uuid[], text[], integer, numeric, double precision, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
