create or replace function trimtab.unit_sizes(
  p_org_id uuid,
  p_campaign_ids uuid[],
  p_event text,
  p_exposure text,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_common_of uuid[] default null
)
  returns table (campaign_id uuid, unit_size double precision)
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
  -- What the organization's figure weighs against a campaign's own days, and the first guess against the organization's.
  c_own constant double precision := 60;
  c_first_guess constant double precision := 10;
  -- Sales differ in value, clicks come in waves; conversions are single people.
  v_guess constant double precision := case p_event when 'revenue' then 2.5 when 'conversions' then 1.25 else 2 end;
  c_sales constant double precision := 40;
  v_currency text;
  v_today date;
begin
  select o.currency, (p_as_of at time zone o.time_zone)::date into v_currency, v_today
  from trimtab.organizations o
  where o.org_id = p_org_id;

  return query
  with rates as materialized (
    select c.currency, case when c.currency = v_currency then 1 else trimtab.exchange_rate(c.currency, v_currency, v_today) end as rate
    from (
      select distinct g.currency::text as currency
      from trimtab.campaigns g
      where p_event = 'revenue' and g.org_id = p_org_id and g.id = any (p_campaign_ids || p_common_of)
    ) c
  ),
  days as materialized (
    select
      f.campaign_id,
      case p_event
        when 'clicks' then f.clicks
        when 'impressions' then f.impressions
        when 'conversions' then f.conversions
        when 'revenue' then f.revenue * r.rate
        when 'engagements' then case
          when coalesce(f.likes, f.shares, f.comments) is not null
            then coalesce(f.likes, 0) + coalesce(f.shares, 0) + coalesce(f.comments, 0)
        end
      end::double precision as n,
      case p_exposure
        when 'impressions' then f.impressions
        when 'clicks' then f.clicks
        when 'spend' then f.spend
        when 'conversions' then f.conversions
      end::double precision as e,
      case when p_event = 'revenue' then f.conversions end::double precision as sales
    from trimtab.campaign_metrics f
    left join rates r on r.currency = f.currency
    where f.org_id = p_org_id
      and f.grain = 'day'
      and f.day between v_today - 60 and v_today
      and f.campaign_id = any (p_campaign_ids || p_common_of)
      and case when p_known is null then f.known_to is null
        else f.known_from <= p_known and (f.known_to is null or f.known_to > p_known) end
  ),
  sums as (
    select
      d.campaign_id, count(*) - 1 as freedom, sum(d.n) as n, sum(d.e) as e,
      sum(d.n * d.n) as nn, sum(d.n * d.e) as ne, sum(d.e * d.e) as ee,
      sum(d.n) filter (where d.sales is not null) as sold, sum(d.sales) as sales
    from days d
    where d.n is not null and d.e is not null and (d.n > 0 or d.e > 0)
    group by d.campaign_id
  ),
  sale as (
    -- What a sale is worth on average in the organization; null when sales are not counted.
    select sum(s.sold) / nullif(sum(s.sales), 0) as worth
    from sums s
    where p_event = 'revenue' and s.sales > 0 and s.sold > 0 and (p_common_of is null or s.campaign_id = any (p_common_of))
  ),
  spread as (
    select
      s.campaign_id, s.freedom,
      case
        when p_event <> 'revenue' then 1
        when v.worth is not null then (coalesce(s.sold, 0) + c_sales * v.worth) / (coalesce(s.sales, 0) + c_sales)
      end as scale,
      s.nn - 2 * s.n / s.e * s.ne + (s.n / s.e) ^ 2 * s.ee as squares,
      s.n / s.e * (s.e - s.ee / s.e) as expected
    from sums s
    cross join sale v
    where s.e > 0
  ),
  own as (
    select
      s.campaign_id, s.scale,
      case when s.expected > 0 then s.squares / s.expected end as size,
      case when s.expected > 0 then least(s.freedom, coalesce(s.expected / s.scale, s.freedom)) else 0 end as weight
    from spread s
  ),
  pooled as (
    -- In units of what a sale is worth to the whole organization: were each campaign's own sales the unit, one great
    -- sale would stretch its unit along with itself and go unnoticed.
    select
      case
        when p_event = 'revenue' and v.worth is null then
          sum(w.weight * w.size) filter (where w.size > 0) / nullif(sum(w.weight) filter (where w.size > 0), 0)
        else
          greatest(1,
            (c_first_guess * v_guess + coalesce(sum(w.weight * w.size / coalesce(v.worth, 1)), 0))
              / (c_first_guess + coalesce(sum(w.weight) filter (where w.size is not null), 0)))
      end as size,
      v.worth
    from sale v
    left join own w on p_common_of is null or w.campaign_id = any (p_common_of)
    group by v.worth
  )
  select
    w.campaign_id,
    coalesce(w.scale, 1)
      * greatest(case when w.scale is not null then 1 else 0 end,
        (c_own * p.size + w.weight * coalesce(w.size / coalesce(w.scale, 1), p.size)) / (c_own + w.weight))
  from own w
  cross join pooled p
  where p.size > 0 and w.campaign_id = any (p_campaign_ids)
  union all
  select null, coalesce(p.worth, 1) * p.size
  from pooled p
  where p.size > 0;
end
$$;
comment on function trimtab.unit_sizes(uuid, uuid[], text, text, timestamptz, bigint, uuid[]) is
  'How lumpy a measure is: the size of the independent pieces that p_event (clicks, impressions, conversions, revenue, engagements) comes in, given p_exposure (impressions, clicks, spend, conversions). One row a campaign with daily facts of the last 60 days, and one with campaign_id null for any other of the organization, learned from p_common_of (null: p_campaign_ids); no rows where nothing can be said. Clicks come in pieces of at least 1; revenue, in the organization''s currency, in pieces of the mean value of a sale times (1 + squared coefficient of variation of that value), for that is variance over mean of a compound Poisson sum. Estimated from the scatter of daily figures around the campaign''s own rate (Pearson''s statistic as a ratio of sums: Wedderburn 1974 on quasi-likelihood), drawn towards the organization''s mean with the weight of 60 days or events.';
grant execute on function trimtab.unit_sizes(uuid, uuid[], text, text, timestamptz, bigint, uuid[]) to trimtab_user, trimtab_engine, trimtab_definer;
