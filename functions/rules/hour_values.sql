create or replace function trimtab.hour_values(
  p_org_id uuid,
  p_features jsonb[],
  p_campaign_ids uuid[],
  p_as_of timestamptz,
  p_known bigint,
  p_event jsonb
)
  returns table (feature integer, campaign_id uuid, value numeric)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  -- Planning the scan of all partitions anew costs more than running it for one organization.
  set plan_cache_mode to force_generic_plan
  -- Few rows are expected and many come: they are added up as they are read, not sorted and gathered first.
  set enable_sort to off
  set max_parallel_workers_per_gather to '0'
as $$
-- Names of columns mean the columns, not the results of the same name.
#variable_conflict use_column
declare
  -- Events' worth of belief that an hour is like the others, as in the detector of weak hours.
  c_likeness constant numeric := 4;
  -- Days with hourly facts below which nothing is said.
  c_least_days constant integer := 7;
  v_organization trimtab.organizations;
  v_today date;
  v_hour integer;
  v_days integer := (select max(coalesce((f.entry ->> 'days')::integer, 28)) from unnest(p_features) f (entry));
begin
  select o.* into v_organization from trimtab.organizations o where o.org_id = p_org_id;
  v_today := (p_as_of at time zone v_organization.time_zone)::date;
  v_hour := extract(hour from p_as_of at time zone v_organization.time_zone);

  -- On stale facts rules act in neither direction. A campaign that sleeps has none of its own, so the organization's count.
  if not exists (
    select
    from trimtab.campaign_metrics f
    join trimtab.guardrails g on g.org_id = f.org_id
    where f.org_id = p_org_id
      and f.grain = 'hour'
      and f.day between ((p_as_of - g.max_facts_age_hours::double precision * interval '1 hour') at time zone v_organization.time_zone)::date - 1 and v_today
      and f.hour + interval '1 hour' >= p_as_of - g.max_facts_age_hours::double precision * interval '1 hour'
      and f.hour < p_as_of
      and case when p_known is null then f.known_to is null
        else f.known_from <= p_known and (f.known_to is null or f.known_to > p_known) end)
  then
    return;
  end if;

  return query
  with wanted as (
    select f.place::integer as feature, coalesce(m.same_as, m.code) as metric, coalesce((f.entry ->> 'days')::integer, 28) as days
    from unnest(p_features) with ordinality f (entry, place)
    join trimtab.metrics m on m.code = coalesce(f.entry ->> 'metric', 'ctr')
  ), fact as materialized (
    -- What comes out (n) of what goes in (e), on the hours on which both are known. The time of day is the hour and the ones
    -- beside it, as of the present one.
    select f.campaign_id, f.day, m.metric, f.currency::text as currency,
           (date_part('hour', f.hour at time zone v_organization.time_zone)::integer - v_hour + 25) % 24 <= 2 as is_near,
           sum(v.n) as n, sum(v.e) as e, sum(case when m.metric = 'roas' then f.conversions end) as conversions
    from trimtab.campaign_metrics f
    cross join (select distinct w.metric from wanted w) m
    cross join lateral (
      select case m.metric
               when 'ctr' then f.clicks when 'conversion_rate' then f.conversions
               when 'engagement_rate' then f.likes + f.shares + f.comments when 'roas' then f.revenue
             end as n,
             case m.metric
               when 'ctr' then f.impressions when 'conversion_rate' then f.clicks
               when 'engagement_rate' then f.impressions when 'roas' then f.spend
             end as e
    ) v
    where f.org_id = p_org_id
      and f.grain = 'hour'
      and f.day between v_today - v_days and v_today - 1
      and (p_campaign_ids is null or f.campaign_id = any (p_campaign_ids))
      and case when p_known is null then f.known_to is null
        else f.known_from <= p_known and (f.known_to is null or f.known_to > p_known) end
      and v.n is not null and v.e is not null
    group by 1, 2, 3, 4, 5
  ), counted as (
    select w.feature, f.campaign_id, w.metric,
           sum(f.n) as n_all, sum(f.e) as e_all,
           sum(f.n) filter (where f.is_near) as n_hour,
           sum(f.e) filter (where f.is_near) as e_hour,
           sum(f.conversions) as conversions,
           count(distinct f.day) as days
    from wanted w
    join fact f on f.metric = w.metric and f.day >= v_today - w.days
    group by w.feature, f.campaign_id, w.metric
    -- Hours of different currencies are not added up.
    having w.metric <> 'roas' or count(distinct f.currency) = 1
  )
  select c.feature, c.campaign_id,
         round(100 * (c.n_hour + c_likeness * u.size) / (c.e_hour + c_likeness * u.size * c.e_all / c.n_all) / (c.n_all / c.e_all), 4)
  from counted c
  -- Revenue comes in conversions' worth.
  cross join lateral (
    select case when c.metric = 'roas' then c.n_all / greatest(c.conversions, 1) else 1 end as size
  ) u
  where c.days >= c_least_days and c.n_all > 0 and c.e_all > 0 and c.e_hour > 0;
end
$$;
comment on function trimtab.hour_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) is
  'Values of the condition hour_performance: for each feature {metric (ctr, conversion_rate, engagement_rate, roas; default ctr), days (default 28)} and campaign what the present hour of the day (organization''s time zone), with the hours beside it, brings in percent of the whole day, over so many days that end yesterday, from hourly facts. Drawn towards 100 by four events'' worth of belief that the hour is like the others, so that a handful of clicks says little. No row where the organization''s latest hourly fact is older than max_facts_age_hours, with hourly facts of fewer than 7 days, or none at this time of day: what is not known holds nothing back, so that an hour that was paused for long is tried again.';
grant execute on function trimtab.hour_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
