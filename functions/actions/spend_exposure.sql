create or replace function trimtab.spend_exposure(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_with_months boolean default true
)
  returns table (
    campaign_id uuid,
    title text,
    platform text,
    group_id uuid,
    currency text,
    is_spending boolean,
    rate numeric,
    day_factor numeric,
    month_days numeric,
    budget numeric,
    daily_budget numeric,
    lifetime_spend numeric,
    day_exposure numeric,
    month_spend numeric,
    month_missing numeric,
    month_open numeric,
    left_in_force numeric,
    month_exposure numeric,
    is_stale boolean,
    code text,
    month_code text
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  -- To compile this statement takes ten times as long as to run it.
  set jit to off
as $$
#variable_conflict use_column
declare
  v_organization trimtab.organizations;
  v_today date;
  v_month date;
  v_month_end date;
  v_fresh_from timestamptz;
  v_spend_place integer := trimtab.signal_position('spend', 'lifetime');
  v_greatest numeric := (select max(d.day_factor) from trimtab.over_delivery d);
  v_budgeted uuid[];
  v_unknown uuid[];
begin
  select o.* into v_organization from trimtab.organizations o where o.org_id = p_org_id;
  v_today := (p_as_of at time zone v_organization.time_zone)::date;
  v_month := date_trunc('month', v_today::timestamp)::date;
  v_month_end := (v_month + interval '1 month')::date - 1;
  v_fresh_from := p_as_of - (select g.max_facts_age_hours from trimtab.guardrails g where g.org_id = p_org_id) * interval '1 hour';

  -- What campaigns with a budget for all their life have spent of it: the memo where it holds, computed where it does not.
  v_budgeted := array(
    select c.id from trimtab.campaigns c
    where c.org_id = p_org_id and c.budget is not null and c.status not in ('completed', 'archived'));
  v_unknown := array(
    select unnest(v_budgeted)
    except
    select s.campaign_id from trimtab.campaign_signals s
    where s.org_id = p_org_id and s.computed_at <= p_as_of and s.valid_until > p_as_of);

  return query
  with lifetime as (
    select s.campaign_id, s.signals[v_spend_place] as spend
    from trimtab.campaign_signals s
    where s.org_id = p_org_id and s.campaign_id = any (v_budgeted) and s.campaign_id <> all (v_unknown)
    union all
    select s.campaign_id, s.signals[v_spend_place]
    from trimtab.compute_signals(p_org_id, v_unknown, p_as_of) s
    where v_unknown <> '{}'
  ), campaign as materialized (
    select c.id, c.title, c.platform, c.group_id, c.currency::text, c.budget, c.daily_budget, c.status, c.activated_at,
           -- To move its start does not hide days on which it was active.
           least(c.starts_at, c.created_at, c.activated_at) as begins_at,
           c.status = 'active' and coalesce(c.ends_at > p_as_of, true) as is_spending,
           case when c.currency = v_organization.currency then 1
                else trimtab.exchange_rate(c.currency, v_organization.currency, v_today) end as rate,
           coalesce(d.day_factor, v_greatest, 2) as day_factor,
           trimtab.worst_days(
             greatest(least(v_month_end, (c.ends_at at time zone v_organization.time_zone)::date) - v_today + 1, 0),
             coalesce(d.day_factor, v_greatest, 2), d.settled_over, d.settled_days) as month_days,
           coalesce(l.spend, 0) as lifetime_spend
    from trimtab.campaigns c
    left join trimtab.over_delivery d on d.platform = c.platform
    left join lifetime l on l.campaign_id = c.id
    where c.org_id = p_org_id
  ), valued as materialized (
    select c.*,
           case when c.budget * c.rate > c.lifetime_spend then c.budget * c.rate - c.lifetime_spend
                when c.budget * c.rate is not null then 0 end as left_of_budget,
           c.daily_budget * c.day_factor * c.rate as worst_day
    from campaign c
  ), change as (
    -- What was in force since the first of the month: before each change its previous state, after the last the present one.
    select h.campaign_id, h.previous_state as state,
           lag(h.executed_at) over (partition by h.campaign_id order by h.number) as since, h.executed_at as until,
           -- A state that came and went in one transaction was never in force.
           coalesce(lag(h.transaction_id) over (partition by h.campaign_id order by h.number) = h.transaction_id, false) as is_passing
    from trimtab.campaign_changes h
    where p_with_months and h.org_id = p_org_id and h.status in ('executed', 'rolled_back')
      and h.executed_at >= trimtab.day_start(v_month, v_organization.time_zone)
  ), state as (
    -- A transaction may have begun before the one that it waited for: its time is that of its beginning.
    select c.id, least(greatest(h.since, c.begins_at), h.until) as since, h.until,
           (h.state ->> 'daily_budget')::numeric as daily_budget, (h.state ->> 'budget')::numeric as budget
    from change h
    join valued c on c.id = h.campaign_id
    where h.state ->> 'status' = 'active' and not h.is_passing and c.begins_at <= h.until
    union all
    select c.id, least(greatest(l.until, c.begins_at), p_as_of), p_as_of, c.daily_budget, c.budget
    from valued c
    left join (select h.campaign_id, max(h.until) as until from change h group by h.campaign_id) l on l.campaign_id = c.id
    where p_with_months and c.is_spending and c.begins_at <= p_as_of
  ), in_force as (
    select s.id, s.since, s.until, s.budget is null as is_unbounded, b.left_of_budget,
           least(s.daily_budget * c.day_factor * c.rate, b.left_of_budget) as worst
    from state s
    join valued c on c.id = s.id
    cross join lateral (
      select case when s.budget * c.rate > c.lifetime_spend then s.budget * c.rate - c.lifetime_spend
                  when s.budget * c.rate is not null then 0 end as left_of_budget
    ) b
  ), bound as (
    -- All that the budgets in force have let go out beyond what is known to be spent.
    select i.id, case when not bool_or(i.is_unbounded) then max(i.left_of_budget) end as left_in_force
    from in_force i
    group by i.id
  ), active_day as (
    -- The worst of each local day of the month until now on which a campaign was active; null: nothing bounded it.
    select i.id, d.day::date as day, case when bool_and(i.worst is not null) then max(i.worst) end as worst
    from in_force i
    cross join lateral generate_series(
      greatest((i.since at time zone v_organization.time_zone)::date, v_month)::timestamp,
      least((i.until at time zone v_organization.time_zone)::date, v_today)::timestamp, interval '1 day') d (day)
    group by i.id, d.day
  ), fact as (
    select f.campaign_id as id, f.day, not f.is_derived and f.day < v_today as is_whole,
           f.spend * case when f.currency = v_organization.currency then 1
             else trimtab.exchange_rate(f.currency, v_organization.currency, f.day) end as spend,
           f.spend is not null as is_known
    from trimtab.campaign_metrics f
    where p_with_months and f.org_id = p_org_id and f.grain = 'day' and f.dimension = '' and f.known_to is null
      and f.day between v_month and v_today
  ), day as (
    select coalesce(f.id, a.id) as id, coalesce(f.day, a.day) as day, f.spend, a.worst,
           coalesce(f.is_known, false) as is_known, a.id is not null and not coalesce(f.is_known and f.is_whole, false) as is_open
    from fact f
    full join active_day a on a.id = f.id and a.day = f.day
  ), summed as (
    select d.id,
           coalesce(sum(d.spend), 0) as spend,
           coalesce(sum(d.spend) filter (where d.day = v_today), 0) as spend_today,
           coalesce(sum(greatest(d.worst - coalesce(d.spend, 0), 0)) filter (where d.is_open and d.day < v_today), 0) as missing_before,
           coalesce(max(d.worst) filter (where d.day = v_today), 0) as worst_today,
           bool_or(d.is_known and d.spend is null) as lacks_rate,
           bool_or(d.is_open and d.worst is null) as lacks_budget,
           bool_or(d.is_open) as is_open
    from day d
    group by d.id
  ), month as (
    select c.id, coalesce(s.spend, 0) as spend, coalesce(s.spend_today, 0) as spend_today,
           coalesce(s.missing_before, 0) as missing_before,
           coalesce(s.missing_before, 0) + greatest(s.worst_today - s.spend_today, 0) as missing,
           b.left_in_force, s.lacks_rate, s.lacks_budget, s.is_open
    from valued c
    left join summed s on s.id = c.id
    left join bound b on b.id = c.id
    where p_with_months
  ), freshness as (
    select c.id,
           c.is_spending and coalesce(c.activated_at < v_fresh_from, true)
             and not exists (
               select from trimtab.campaign_metrics f
               where f.org_id = p_org_id and f.campaign_id = c.id and f.known_to is null and not f.is_derived
                 and f.grain = 'day' and f.dimension = '' and f.day >= (v_fresh_from at time zone v_organization.time_zone)::date)
             and not exists (
               select from trimtab.campaign_metrics f
               where f.org_id = p_org_id and f.campaign_id = c.id and f.known_to is null
                 and f.grain = 'hour' and f.day >= (v_fresh_from at time zone v_organization.time_zone)::date - 1
                 and f.hour + interval '1 hour' >= v_fresh_from) as is_stale
    from valued c
  )
  select c.id, c.title, c.platform, c.group_id, c.currency, c.is_spending, c.rate, c.day_factor, c.month_days,
    c.budget, c.daily_budget, c.lifetime_spend,
    case when c.is_spending then least(c.worst_day, c.left_of_budget) else 0 end,
    m.spend, m.missing, m.missing_before - m.spend_today, m.left_in_force,
    m.spend + case
      when not c.is_spending then least(m.missing, m.left_in_force)
      else least(
        -- By the daily budget: today costs the worst that was or is in force on it, each day ahead its worst.
        m.missing_before + greatest(m.missing - m.missing_before, c.worst_day - m.spend_today, 0) + (c.month_days - c.day_factor) * c.worst_day / c.day_factor,
        -- By the budget: all that is left of it, unless more has gone already under a higher one.
        case when c.left_of_budget is not null then greatest(c.left_of_budget, least(m.missing, m.left_in_force)) end)
    end,
    f.is_stale,
    case
      when not c.is_spending then null
      when c.rate is null then 'no_rate'
      when c.budget is null and c.daily_budget is null then 'no_budget'
    end,
    case
      when not p_with_months then null
      when m.lacks_rate or c.rate is null and (c.is_spending or m.is_open) then 'no_rate'
      when c.is_spending and c.budget is null and c.daily_budget is null then 'no_budget'
      when f.is_stale or m.lacks_budget then 'stale_facts'
    end
  from valued c
  left join month m on m.id = c.id
  left join freshness f on f.id = c.id;
end
$$;
comment on function trimtab.spend_exposure(uuid, timestamptz, boolean) is
  'What each campaign of an organization may spend at worst, in the organization''s currency; null: it cannot be told. Budgets are those of the present, in currency (the campaign''s), rate turns them into the organization''s at today''s rate. is_spending: active and not ended. day_exposure: daily budget × day_factor (see over_delivery) or what is left of the budget (all of it may go in a day), whichever is less. month_exposure: what is known to be spent in the local month (month_spend), what days without whole facts, today among them, may have cost (month_missing: the worst of what was in force on them, less what is known; month_open: the same without today, less what is known of today; left_in_force: so much the budgets in force let go out at most), and the days ahead (today included, month_days daily budgets, see worst_days()); never more than what is left of the budget. lifetime_spend: as far as it is known whole, else 0, so that nothing is thought spent that may not be. is_stale: active for longer than guardrails.max_facts_age_hours without a fact as young. code, month_code: why the day''s or the month''s figure cannot be told (no_rate, no_budget) or relied on (stale_facts). p_with_months: false leaves the month out, which is cheaper.';
grant execute on function trimtab.spend_exposure(uuid, timestamptz, boolean) to trimtab_user, trimtab_engine, trimtab_definer;
