create or replace function trimtab.pacing_values(
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
as $$
#variable_conflict use_column
declare
  c_days_a_month constant numeric := 30.4;
  v_time_zone text;
  v_today date;
  v_month date;
begin
  select o.time_zone, (p_as_of at time zone o.time_zone)::date into v_time_zone, v_today
  from trimtab.organizations o
  where o.org_id = p_org_id;
  v_month := date_trunc('month', v_today::timestamp)::date;

  return query
  with features as materialized (
    select f.place::integer as feature, coalesce(f.entry ->> 'period', 'month') as period, coalesce(f.entry ->> 'measure', 'line') as measure,
           (f.entry ->> 'monthly_budget')::numeric as monthly_budget
    from unnest(p_features) with ordinality f (entry, place)
  ), spent as materialized (
    select v.campaign_id,
           min(v.value) filter (where v.place = 1) as today, min(v.value) filter (where v.place = 2) as month,
           min(v.value) filter (where v.place = 3) as lifetime, min(v.value) filter (where v.place = 4) as week
    from trimtab.metric_values(
      p_org_id, '{spend,spend,spend,spend}', '{today,month_to_date,lifetime,last_7_days}', array[null, null, null, null]::text[],
      p_campaign_ids, p_as_of, p_known) v
    group by v.campaign_id
  ), campaigns as (
    select s.campaign_id, s.live[7] as budget, s.live[8] as daily_budget, s.starts_at, s.ends_at, p.today, p.month, p.lifetime, p.week,
           trimtab.day_start(s.first_day, v_time_zone) as first_fact_at, s.facts_end_at
    from trimtab.subjects_at(p_org_id, p_as_of, p_known, p_campaign_ids) s
    join spent p on p.campaign_id = s.campaign_id
  ), periods as (
    -- The calendar's period, as far as the campaign runs in it.
    select f.feature, f.measure, f.period, c.campaign_id, c.week, c.first_fact_at, b.begins_at, b.ends_at, d.begins_at as whole_begins_at, d.ends_at as whole_ends_at,
           -- Time counts as far as facts have come: what is still to be reported is not yet underspent.
           least(c.facts_end_at, p_as_of) as known_until,
           case f.period when 'day' then c.today when 'month' then c.month else c.lifetime end as spent,
           case f.period
             when 'day' then c.daily_budget
             when 'flight' then c.budget
             else coalesce(f.monthly_budget, c_days_a_month * c.daily_budget
               * extract(epoch from b.ends_at - b.begins_at) / extract(epoch from d.ends_at - d.begins_at))
           end as budget
    from features f
    cross join campaigns c
    cross join lateral (
      select case f.period when 'day' then trimtab.day_start(v_today, v_time_zone) when 'month' then trimtab.day_start(v_month, v_time_zone)
               else coalesce(c.starts_at, c.first_fact_at) end as begins_at,
             case f.period when 'day' then trimtab.day_start(v_today + 1, v_time_zone)
               when 'month' then trimtab.day_start((v_month + interval '1 month')::date, v_time_zone) else c.ends_at end as ends_at
    ) d
    cross join lateral (
      select greatest(d.begins_at, c.starts_at) as begins_at, case when d.ends_at is not null then least(d.ends_at, c.ends_at) end as ends_at
    ) b
  ), paces as (
    select p.*, extract(epoch from least(p.known_until, p.ends_at) - p.begins_at) / nullif(extract(epoch from p.ends_at - p.begins_at), 0) as share,
           -- What a day of the last seven has cost, of those with facts: the whole days after the first and before the last.
           86400 * p.week / nullif(extract(epoch from
             least(p.known_until, trimtab.day_start(v_today, v_time_zone))
             - greatest(p.first_fact_at, trimtab.day_start(v_today - 7, v_time_zone))), 0) as a_day
    from periods p
  )
  select p.feature, p.campaign_id,
         case
           when p.share is null or p.share <= 0 or p.budget is null or p.budget <= 0 then null
           when p.measure = 'line' then 100 * p.spent / (p.budget * p.share)
           when p.period = 'day' or p.a_day is null or p.a_day < 0 then 100 * p.spent / p.share / p.budget
           else 100 * (p.spent + p.a_day * greatest(extract(epoch from p.ends_at - p.known_until), 0) / 86400) / p.budget
         end
  from paces p;
end
$$;
comment on function trimtab.pacing_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) is
  'Values of the condition budget_pacing, in percent. period day: spend of today and the daily budget; month: of the calendar month and monthly_budget (organization''s currency), else 30.4 daily budgets, in proportion where the campaign runs for a part of the month; flight: of the whole campaign and its budget, from starts_at (else the first fact) to ends_at. measure line: spend ÷ (budget × share of the period that has passed by the end of the facts); projection: what will be spent at the end of the period ÷ budget: spend so far, and for the rest of it the daily mean of the last seven days as far as they have facts (for a day, and where these days have none: spend so far ÷ share passed). Null without spend, budget, rate or end, and while no facts of the period have come. Errors: as compute_signals().';
grant execute on function trimtab.pacing_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
