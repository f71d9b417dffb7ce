create or replace function trimtab.detect_anomalies(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_campaign_ids uuid[] default null
)
  returns table (
    campaign_id uuid,
    platform text,
    kind text,
    metric text,
    window_code text,
    direction text,
    severity text,
    score numeric,
    expected numeric,
    found numeric,
    currency text,
    starts_at timestamptz,
    ends_at timestamptz,
    explained_by text,
    facts_revision bigint,
    evidence jsonb
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  -- Planning the scan of all partitions costs more than running it for one organization.
  set plan_cache_mode to force_generic_plan
  -- The planner cannot know how many rows the steps below hand on, and would look each one up in a list.
  set enable_nestloop to off
  set jit to off
  set work_mem to '64MB'
as $$
-- Names of columns mean the columns, not the results of the same name.
#variable_conflict use_column
declare
  -- Ages in days, counted back from the last whole day (the last hours): what is judged, and the history before it.
  c_first constant integer := 7;
  c_last constant integer := 41;
  c_hours constant integer := 3;
  c_first_of_hours constant integer := 1;
  c_last_of_hours constant integer := 28;
  c_least_history constant integer := 10;
  c_least_score constant double precision := 3.5;
  c_medium constant double precision := 5;
  c_high constant double precision := 7;
  c_critical constant double precision := 10;
  c_least_score_of_hours constant double precision := 5;
  c_least_steady constant double precision := 2;
  v_zone text;
  v_day date;
  v_hours_end timestamptz;
  v_local_end timestamp;
  v_known bigint := coalesce(p_known, 9223372036854775807);
  v_ids uuid[];
begin
  select o.time_zone::text, (p_as_of at time zone o.time_zone)::date - 1 into v_zone, v_day
  from trimtab.organizations o
  where o.org_id = p_org_id;
  if not found then
    raise exception 'there is no organization %', p_org_id
      using errcode = 'TT004', hint = 'An organization other than your own cannot be seen.';
  end if;
  v_ids := coalesce(p_campaign_ids, array(select c.id from trimtab.campaigns c where c.org_id = p_org_id));

  -- Where nothing came for the days that are judged, there is nothing to learn either.
  if not exists (
    select
    from trimtab.campaign_metrics f
    where f.org_id = p_org_id
      and f.campaign_id = any (v_ids)
      and f.grain in ('day', 'hour')
      and f.day between v_day - 2 and v_day + 1)
  then
    return;
  end if;

  select max(f.hour) + interval '1 hour' into v_hours_end
  from trimtab.campaign_metrics f
  where f.org_id = p_org_id
    and f.campaign_id = any (v_ids)
    and f.grain = 'hour'
    and f.day between v_day and v_day + 1
    and f.hour <= p_as_of - interval '1 hour'
    and f.known_from <= v_known
    and (f.known_to is null or f.known_to > v_known);
  v_local_end := v_hours_end at time zone v_zone;

  return query
  with changes as materialized (
    -- What we did to campaigns ourselves: when they did not run, and by what factor budgets and bids went up or down.
    select
      h.campaign_id,
      range_agg(daterange(
        (h.executed_at at time zone v_zone)::date,
        (coalesce(h.until, p_as_of) at time zone v_zone)::date, '[]'))
        filter (where h.new_state ->> 'status' <> 'active') as stopped,
      coalesce(sum(greatest(h.step, 0)), 0) as up,
      coalesce(sum(least(h.step, 0)), 0) as down
    from (
      select
        h.campaign_id, h.executed_at, h.new_state,
        lead(h.executed_at) over (partition by h.campaign_id order by h.number) as until,
        coalesce(greatest(s.budget, s.daily_budget, s.bid), 0) + coalesce(least(s.budget, s.daily_budget, s.bid, 0), 0) as step
      from (
        -- A row before the first change says what was before it.
        select c.campaign_id, c.number, c.executed_at, c.previous_state, c.new_state
        from trimtab.campaign_changes c
        where c.org_id = p_org_id
          and c.campaign_id = any (v_ids)
          and c.executed_at > (v_day - c_last)::timestamp at time zone v_zone
          and c.executed_at <= p_as_of
          and c.status in ('executed', 'rolled_back')
        union all
        select distinct on (c.campaign_id)
          c.campaign_id, 0, (v_day - c_last)::timestamp at time zone v_zone, c.previous_state, c.previous_state
        from trimtab.campaign_changes c
        where c.org_id = p_org_id
          and c.campaign_id = any (v_ids)
          and c.executed_at > (v_day - c_last)::timestamp at time zone v_zone
          and c.executed_at <= p_as_of
          and c.status in ('executed', 'rolled_back')
        order by 1, 2
      ) h
      cross join lateral (
        select
          ln(nullif((h.new_state ->> 'budget')::double precision, 0) / nullif((h.previous_state ->> 'budget')::double precision, 0)) as budget,
          ln(nullif((h.new_state ->> 'daily_budget')::double precision, 0) / nullif((h.previous_state ->> 'daily_budget')::double precision, 0)) as daily_budget,
          ln(nullif((h.new_state ->> 'bid')::double precision, 0) / nullif((h.previous_state ->> 'bid')::double precision, 0)) as bid
      ) s
    ) h
    group by h.campaign_id
  ),
  judged as materialized (
    select
      c.campaign_id, c.title, c.platform, c.currency, c.ends_at,
      coalesce(h.stopped, '{}') as stopped, coalesce(h.up, 0) as up, coalesce(h.down, 0) as down
    from trimtab.campaigns_at(p_org_id, p_as_of) c
    left join changes h on h.campaign_id = c.campaign_id
    where c.status = 'active'
      and c.campaign_id = any (v_ids)
  ),
  facts as materialized (
    select
      j.campaign_id, 1 as slice, v_day - f.day as age, f.day, f.known_from,
      f.impressions::double precision as impressions, f.clicks::double precision as clicks, f.spend::double precision as spend,
      f.conversions::double precision as conversions, f.revenue::double precision as revenue
    from judged j
    join trimtab.campaign_metrics f on f.org_id = p_org_id and f.campaign_id = j.campaign_id
    where f.grain = 'day'
      and f.campaign_id = any (v_ids)
      and f.day between v_day - c_last and v_day
      and f.known_from <= v_known
      and (f.known_to is null or f.known_to > v_known)
      and f.currency = j.currency
      and not j.stopped @> f.day
      and (j.ends_at is null or f.day < (j.ends_at at time zone v_zone)::date)
      -- A day is judged when it was whole as it became known, or when the next one has begun to arrive. One that is added up from
      -- hours does not change with hours of zeros: there the last hour says so.
      and (
        f.day < v_day - c_first
        or not exists (
          select
          from trimtab.knowledge_revisions k
          where k.org_id = p_org_id
            and k.revision = case
              when f.is_derived then (
                select h.known_from
                from trimtab.campaign_metrics h
                where h.org_id = p_org_id and h.campaign_id = f.campaign_id and h.grain = 'hour' and h.day = f.day
                  and h.hour = trimtab.day_start(f.day + 1, v_zone) - interval '1 hour'
                  and h.known_from <= v_known and (h.known_to is null or h.known_to > v_known))
              else f.known_from
            end
            and k.published_at < trimtab.day_start(f.day + 1, v_zone))
        or exists (
          select
          from trimtab.campaign_metrics n
          where n.org_id = p_org_id and n.campaign_id = f.campaign_id and n.grain = 'day'
            and n.day > f.day and n.day <= v_day + 1
            and n.known_from <= v_known and (n.known_to is null or n.known_to > v_known)))
      and (f.day < v_day - c_first or not f.is_derived or exists (
        select
        from trimtab.campaign_metrics h
        where h.org_id = p_org_id and h.campaign_id = f.campaign_id and h.grain = 'hour' and h.day = f.day
          and h.hour = trimtab.day_start(f.day + 1, v_zone) - interval '1 hour'
          and h.known_from <= v_known and (h.known_to is null or h.known_to > v_known)))
    union all
    select
      h.campaign_id, 2, h.age, min(h.day), max(h.known_from), sum(h.impressions), sum(h.clicks), sum(h.spend),
      sum(h.conversions), sum(h.revenue)
    from (
      select
        j.campaign_id, f.day, f.known_from, div(o.back - 1, 24)::integer as age,
        f.impressions::double precision as impressions, f.clicks::double precision as clicks, f.spend::double precision as spend,
        f.conversions::double precision as conversions, f.revenue::double precision as revenue
      from judged j
      join trimtab.campaign_metrics f on f.org_id = p_org_id and f.campaign_id = j.campaign_id
      cross join lateral (select (extract(epoch from v_local_end - (f.hour at time zone v_zone)) / 3600)::integer as back) o
      where f.grain = 'hour'
        and f.campaign_id = any (v_ids)
        and f.day between v_day + 1 - c_last_of_hours - 1 and v_day + 1
        and f.known_from <= v_known
        and (f.known_to is null or f.known_to > v_known)
        and f.currency = j.currency
        and not j.stopped @> f.day
        and o.back > 0
        and mod(o.back - 1, 24) < c_hours
        and (o.back > c_hours or not exists (
          select
          from trimtab.knowledge_revisions k
          where k.org_id = p_org_id and k.revision = f.known_from and k.published_at < f.hour + interval '1 hour'))
    ) h
    where h.age <= c_last_of_hours
    group by h.campaign_id, h.age
    having count(*) >= c_hours
      and count(h.impressions) in (0, count(*)) and count(h.clicks) in (0, count(*)) and count(h.spend) in (0, count(*))
      and count(h.conversions) in (0, count(*)) and count(h.revenue) in (0, count(*))
  ),
  units as materialized (
    -- Money in pieces: spend comes in clicks, revenue in sales of unequal size. part: a short name for the steps below.
    select
      f.campaign_id, f.slice, row_number() over ()::integer as part, max(f.known_from) as known_from,
      coalesce(
        nullif(sum(f.spend) filter (where f.clicks > 0), 0) / nullif(sum(f.clicks) filter (where f.spend > 0), 0),
        nullif(avg(f.spend), 0) / 20) as spend,
      1.5 * coalesce(
        nullif(sum(f.revenue) filter (where f.conversions > 0), 0) / nullif(sum(f.conversions) filter (where f.revenue > 0), 0),
        nullif(avg(f.revenue), 0) / 20) as revenue
    from facts f
    group by f.campaign_id, f.slice
    having count(*) filter (where f.age >= case f.slice when 1 then c_first else c_first_of_hours end) >= c_least_history
      and bool_or(f.age < case f.slice when 1 then c_first else c_first_of_hours end)
  ),
  series as materialized (
    -- row is campaign, slice and measure in one number, ahead the distance from the middle of the history in days.
    select
      u.part * 10 + s.series - 1 as row, f.age, extract(isodow from f.day)::integer - 1 as weekday, s.n, s.e,
      f.age >= case f.slice when 1 then c_first else c_first_of_hours end as is_history,
      case f.slice when 1 then (c_first + c_last) / 2.0 else (c_first_of_hours + c_last_of_hours) / 2.0 end::double precision - f.age as ahead
    from facts f
    join units u on u.campaign_id = f.campaign_id and u.slice = f.slice
    -- The price of a click scatters far less than counting clicks would: it is judged in tenths of clicks.
    cross join lateral (values
      (1, f.impressions, 1), (2, f.clicks, 1), (3, f.spend / u.spend, 1), (4, f.conversions, 1), (5, f.revenue / u.revenue, 1),
      (6, f.clicks, f.impressions), (7, f.conversions, f.clicks), (8, f.clicks * 10, f.spend), (9, f.conversions, f.spend),
      (10, f.revenue / u.revenue, f.spend)
    ) s (series, n, e)
    where s.n >= 0 and s.e > 0
      -- Three hours have too few sales to say more than that there were none.
      and (f.slice = 1 or s.series in (1, 2, 3, 4, 6, 8))
  ),
  levels as materialized (
    -- The median, or where most days count less than five, the mean.
    select
      s.row,
      case
        when 2 * count(*) filter (where s.n >= 5) > count(*) then percentile_cont(0.5) within group (order by s.n / s.e)
        else sum(s.n) / sum(s.e)
      end as rate
    from series s
    where s.is_history
    group by s.row
    having count(*) >= c_least_history and sum(s.n) > 0
  ),
  own_weekdays as materialized (
    select
      d.row, d.weekday, u.slice * 10 + mod(d.row, 10) as kind, d.n, d.mu, d.mu / d.days as mean
    from (
      -- A single great day counts only so much.
      select s.row, s.weekday, count(*) as days, sum(least(s.n, 2.5 * l.rate * s.e)) as n, sum(l.rate * s.e) as mu
      from series s
      join levels l on l.row = s.row
      where s.is_history
      group by s.row, s.weekday
    ) d
    join units u on u.part = d.row / 10
  ),
  weekdays as (
    -- What a weekday is worth to the whole organization.
    select
      s.kind, s.weekday,
      (sum(s.n / s.mu) + 2 * avg(avg(s.n / s.mu)) over w) / (count(*) + 2) / avg(avg(s.n / s.mu)) over w as factor
    from own_weekdays s
    where s.mean >= 5
    group by s.kind, s.weekday
    window w as (partition by s.kind)
  ),
  rates as materialized (
    -- And what it is worth to the campaign, drawn to the former with the weight of three days and 100 events.
    select
      l.row * 7 + g.weekday as day_row,
      l.rate * coalesce(w.factor, 1)
        * coalesce((o.n + 3 * o.mean + 100) / (coalesce(w.factor, 1) * o.mu + 3 * o.mean + 100), 1) as rate
    from levels l
    join units u on u.part = l.row / 10
    cross join generate_series(0, 6) g (weekday)
    left join own_weekdays o on o.row = l.row and o.weekday = g.weekday
    left join weekdays w on w.kind = u.slice * 10 + mod(l.row, 10) and w.weekday = g.weekday
  ),
  fitted as materialized (
    select s.row, s.age, s.is_history, s.n, s.e, s.ahead, r.rate * s.e as mu
    from series s
    join rates r on r.day_row = s.row * 7 + s.weekday
  ),
  halves as (
    -- Level and trend without the days that do not fit.
    select
      s.row,
      count(*) as days, sum(s.n) as n, sum(s.mu) as mu,
      sum(s.n) filter (where s.ahead > 0) + 0.5 as new_n, sum(s.mu) filter (where s.ahead > 0) + 0.5 as new_mu,
      sum(s.n) filter (where s.ahead <= 0) + 0.5 as old_n, sum(s.mu) filter (where s.ahead <= 0) + 0.5 as old_mu,
      count(*) filter (where s.ahead > 0) as new_days, count(*) filter (where s.ahead <= 0) as old_days,
      avg(s.ahead) filter (where s.ahead > 0) - avg(s.ahead) filter (where s.ahead <= 0) as apart
    from fitted s
    where s.is_history and abs(s.n - s.mu) <= 0.5 + 3.5 * sqrt(s.mu + 0.06 * s.mu * s.mu)
    group by s.row
  ),
  trends as materialized (
    select
      h.row, h.days, h.n, (h.n + 0.5) / (h.mu + 0.5) as level,
      0.0001 / (0.0001 + t.variance) as weight,
      greatest(-0.015, least(0.015, coalesce(
        ln((h.new_n / h.new_mu) / (h.old_n / h.old_mu)) / h.apart * 0.0001 / (0.0001 + t.variance), 0))) as slope
    from halves h
    cross join lateral (
      select coalesce(
        (1 / h.new_n + 1 / h.old_n + 0.03 * (1.0 / nullif(h.new_days, 0) + 1.0 / nullif(h.old_days, 0))) / h.apart ^ 2, 1) as variance
    ) t
    where h.n > 0 and h.days >= c_least_history / 2
  ),
  residuals as not materialized (
    select s.row, s.age, s.is_history, s.n, s.e, s.mu * t.level * exp(t.slope * s.ahead) as mu
    from fitted s
    join trends t on t.row = s.row
  ),
  scatter as materialized (
    select
      x.row, u.slice * 10 + mod(x.row, 10) as kind, case when x.mean >= 10 then x.days else 0 end as days, x.mean,
      greatest(0, (1.6 * x.deviation) ^ 2 - x.counting) as noise
    from (
      select
        r.row, count(*) as days, avg(r.mu) as mean, avg(1 / (r.mu + 0.5)) as counting,
        percentile_cont(0.5) within group (order by abs(ln((r.n + 0.5) / (r.mu + 0.5)))) as deviation
      from residuals r
      where r.is_history
      group by r.row
    ) x
    join units u on u.part = x.row / 10
  ),
  noises as materialized (
    -- Noise beside that of counting, drawn to the organization's; and what is unknown of the expectation itself.
    select x.row, x.noise, x.noise / x.days + 1 / (x.n + 1) + (x.noise + 1 / (x.mean + 0.5)) / 15 + 0.03 * (1 - x.weight) as unknown
    from (
      select s.row, t.n, t.days, t.weight, s.mean, greatest(0.0025, (s.days * s.noise + 15 * p.noise) / (s.days + 15)) as noise
      from scatter s
      join trends t on t.row = s.row
      join (
        select s.kind, (5 * 0.04 + coalesce(sum(least(s.noise, 0.5)) filter (where s.days > 0), 0)) / (5 + count(*) filter (where s.days > 0)) as noise
        from scatter s
        group by s.kind
      ) p on p.kind = s.kind
    ) x
  ),
  places as materialized (
    -- Campaigns that may break together: those of a platform, or of the small platforms together.
    select j.campaign_id, j.title, j.currency, j.platform, j.up, j.down,
           case when count(*) over (partition by j.platform) >= 3 then coalesce(j.platform, '') else '*' end as place
    from judged j
  ),
  recent as materialized (
    select u.campaign_id, p.place, u.slice, mod(r.row, 10) + 1 as series, r.age, r.n, r.e, r.mu, n.noise, n.unknown
    from residuals r
    join noises n on n.row = r.row
    join units u on u.part = r.row / 10
    join places p on p.campaign_id = u.campaign_id
    where not r.is_history
  ),
  shared as materialized (
    -- What all campaigns of a place share on a day is nobody's own.
    select
      r.place, r.slice, r.series, r.age, count(*) as campaigns, sum(r.n) as n, sum(r.e) as e, sum(r.mu) as mu, avg(r.noise) as noise,
      count(*) filter (where r.mu >= 5) as large,
      percentile_cont(0.5) within group (order by ln((r.n + 0.5) / (r.mu + 0.5))) filter (where r.mu >= 5) as shift,
      count(*) filter (where r.mu >= 1) as able,
      count(*) filter (where r.mu >= 1 and r.n <= 0.25 * r.mu) as fallen
    from recent r
    group by r.place, r.slice, r.series, r.age
  ),
  breaks as materialized (
    -- Conversions (clicks) that stop everywhere while the clicks (the money) flow.
    select b.place, b.slice, b.age, b.series
    from shared b
    join shared c on c.place = b.place and c.slice = b.slice and c.age = b.age
      and c.series = case b.series when 4 then 2 else 3 end
    where b.series in (2, 4)
      and b.able >= 3 and b.fallen >= 0.8 * b.able
      and b.mu >= 10 and b.n <= 0.2 * b.mu
      and c.n >= 0.4 * c.mu
  ),
  settled as materialized (
    select
      r.campaign_id, r.slice, r.series, r.age, r.n, r.e, r.noise, r.unknown,
      r.mu * exp(case when s.large >= 5 then s.shift * s.large / (s.large + 3) else 0 end) as mu
    from recent r
    join shared s on s.place = r.place and s.slice = r.slice and s.series = r.series and s.age = r.age
    where not exists (
      select
      from breaks b
      where b.place = r.place and b.slice = r.slice and b.age = r.age
        and (r.series in (4, 5, 7, 9, 10) or (b.series = 2 and r.series in (2, 6, 8))))
  ),
  days as materialized (
    select s.campaign_id, s.slice, s.series, s.age, s.n, s.e, a.mu, s.noise, s.unknown,
           trimtab.noise_score(s.n, a.mu, s.noise + s.unknown) as z
    from settled s
    join places p on p.campaign_id = s.campaign_id
    cross join lateral (
      -- Between the old level and the one that our own changes of budget and bid ask for, all is expected.
      select case
        when s.series <= 5 then greatest(least(s.n, s.mu * exp(p.up)), s.mu * exp(p.down))
        else s.mu
      end as mu
    ) a
    where s.mu > 0
  ),
  spans as (
    select d.campaign_id, d.slice, d.series, d.age as last_age, d.age as first_age, 1 as days, d.n, d.e, d.mu,
           d.noise + d.unknown as variance, true as is_steady
    from days d
    where d.slice = 2 or d.age <= 2
    union all
    -- A new level is one that most days are on; one great day is none.
    select d.campaign_id, d.slice, d.series, 0, w.days - 1, w.days, sum(d.n), sum(d.e), sum(d.mu),
           avg(d.noise) / count(*) + avg(d.unknown),
           greatest(count(*) filter (where d.z >= 0.4), count(*) filter (where d.z <= -0.4)) >= w.most
             and abs(sum(d.z)) - case when sum(d.z) > 0 then max(d.z) else -min(d.z) end >= c_least_steady * sqrt(count(*) - 1)
    from (values (3, 3), (7, 5)) w (days, most)
    join days d on d.slice = 1 and d.age < w.days
    group by d.campaign_id, d.slice, d.series, w.days, w.most
    having count(*) >= w.days - (w.days = 7)::integer
  ),
  scored as (
    select s.*, trimtab.noise_score(s.n, s.mu, s.variance) as z
    from spans s
    where s.is_steady
      and abs(ln((s.n + 0.5) / (s.mu + 0.5))) >= case s.days when 7 then ln(1.2) else ln(1.3) end
  ),
  striking as (
    select
      s.*, sign(s.z) as sign,
      min(s.last_age) over w as youngest,
      max(s.first_age) over w as oldest,
      row_number() over (partition by s.campaign_id, s.slice, s.series, sign(s.z) order by s.days desc, abs(s.z) desc) as place
    from scored s
    where abs(s.z) >= case s.slice when 1 then c_least_score else c_least_score_of_hours end
    window w as (partition by s.campaign_id, s.slice, s.series, sign(s.z))
  ),
  found as materialized (
    -- One for each measure and direction: a new level before its single days.
    select
      s.campaign_id, null::text as place, s.slice, s.series, s.sign, s.n, s.e, s.mu, s.variance, abs(s.z) as score, s.days, s.last_age, s.youngest, s.oldest,
      case
        when s.series in (1, 3) and s.n = 0 then 'delivery_stop'
        when s.days > 1 then 'level_shift'
        when s.sign > 0 then 'spike'
        else 'drop'
      end as kind
    from striking s
    where s.place = 1
    union all
    select
      null, b.place, b.slice, b.series, sign(b.z), b.n, b.e, b.mu, b.variance, abs(b.z), 1, b.age, b.youngest, b.oldest, b.kind
    from (
      select
        s.*, k.kind, v.variance, trimtab.noise_score(s.n, s.mu, v.variance) as z,
        row_number() over (w order by s.age) as rank, min(s.age) over w as youngest, max(s.age) over w as oldest
      from shared s
      cross join lateral (
        select case
          when exists (select from breaks b where b.place = s.place and b.slice = s.slice and b.age = s.age and b.series = s.series)
            then 'tracking_break'
          when s.large >= 5 and abs(s.shift) >= ln(1.5) and abs(ln((s.n + 0.5) / (s.mu + 0.5))) >= ln(1.3)
            and not exists (select from breaks b where b.place = s.place and b.slice = s.slice and b.age = s.age)
            then 'shared_shift'
        end as kind
      ) k
      cross join lateral (select s.noise / s.campaigns + 0.01 as variance) v
      where k.kind is not null and (s.slice = 2 or s.age <= 2) and s.mu > 0
      window w as (partition by s.place, s.slice, s.series, k.kind, s.n > s.mu)
    ) b
    where b.rank = 1
      and abs(b.z) >= c_least_score
  ),
  explained as materialized (
    -- What is nothing but the consequence of another one.
    select
      f.*,
      (
        select c.series
        from found c
        where c.campaign_id is not distinct from f.campaign_id
          and c.place is not distinct from f.place
          and c.slice = f.slice
          and c.sign = f.sign
          and c.youngest <= f.oldest and c.oldest >= f.youngest
          and c.series = any (case f.series
            when 1 then case when f.sign > 0 then '{3}'::integer[] end
            when 3 then case when f.sign < 0 then '{1}'::integer[] end
            when 2 then '{1,3,6,8}'
            when 4 then '{1,3,2,6,7,8,9}'
            when 5 then '{1,3,2,4,6,7,8,9,10}'
            when 8 then '{6}'
            when 9 then '{6,7,8}'
            when 10 then '{6,7,8,9}'
          end)
        -- Money before views when there is more of them, views before money when there is less.
        order by case c.series when 3 then c.sign * -1 when 1 then 0 when 6 then 2 when 7 then 3 when 8 then 4 when 2 then 5 else c.series end
        limit 1
      ) as cause
    from found f
  )
  select
    x.campaign_id,
    case when x.campaign_id is not null then p.platform else nullif(nullif(x.place, '*'), '') end,
    case when x.kind in ('spike', 'drop') then case when x.sign * m.turn > 0 then 'spike' else 'drop' end else x.kind end,
    m.metric,
    case when x.slice = 2 then 'last_3_hours' when x.days = 1 then 'day' else format('last_%s_days', x.days) end,
    case when x.sign * m.turn > 0 then 'up' else 'down' end,
    case when x.score >= c_critical then 'critical' when x.score >= c_high then 'high' when x.score >= c_medium then 'medium' else 'low' end,
    round(least(x.score, 99.9)::numeric, 1),
    round(v.expected::numeric, 4), round(v.found::numeric, 4),
    case when m.is_money then p.currency end,
    case x.slice when 1 then trimtab.day_start(v_day - x.oldest, v_zone) else v_hours_end - c_hours * interval '1 hour' end,
    case x.slice when 1 then trimtab.day_start(v_day - x.youngest + 1, v_zone) else v_hours_end end,
    c.metric,
    coalesce(u.known_from, (select max(w.known_from) from units w where w.slice = x.slice)),
    jsonb_strip_nulls(jsonb_build_object(
      -- Of several single days the one told of is the worst.
      'day', case when x.slice = 1 and x.days = 1 then v_day - x.last_age end,
      'change_percent', round((100 * (v.found / nullif(v.expected, 0) - 1))::numeric, 1),
      'usual_from', round(least(v.low, v.high)::numeric, 4), 'usual_to', round(greatest(v.low, v.high)::numeric, 4),
      'noise_percent', round((100 * sqrt(x.variance))::numeric, 1),
      'place', case when x.campaign_id is null then x.place end))
  from explained x
  join (values
    (1, 'impressions', 1, false), (2, 'clicks', 1, false), (3, 'spend', 1, true), (4, 'conversions', 1, false),
    (5, 'revenue', 1, true), (6, 'ctr', 1, false), (7, 'conversion_rate', 1, false), (8, 'cpc', -1, true),
    (9, 'cpa', -1, true), (10, 'roas', 1, false)
  ) m (series, metric, turn, is_money) on m.series = x.series
  left join (values
    (1, 'impressions'), (2, 'clicks'), (3, 'spend'), (4, 'conversions'), (5, 'revenue'), (6, 'ctr'), (7, 'conversion_rate'),
    (8, 'cpc'), (9, 'cpa'), (10, 'roas')
  ) c (series, metric) on c.series = x.cause
  left join places p on p.campaign_id = x.campaign_id
  left join units u on u.campaign_id = x.campaign_id and u.slice = x.slice
  cross join lateral (
    select
      i.factor * i.mu as expected, i.factor * i.n as found, i.factor * i.low as low, i.factor * i.high as high
    from (
      select
        case m.turn when 1 then x.mu else 1 / x.mu end as mu,
        case m.turn when 1 then x.n else 1 / nullif(x.n, 0) end as n,
        case m.turn when 1 then x.mu * exp(-d.width) else 1 / (x.mu * exp(d.width)) end as low,
        case m.turn when 1 then x.mu * exp(d.width) else 1 / (x.mu * exp(-d.width)) end as high,
        case x.series when 3 then u.spend when 5 then u.revenue when 6 then 100 / x.e when 7 then 100 / x.e
          when 8 then x.e * 10 when 9 then x.e when 10 then u.revenue / x.e else 1 end as factor
      from (select 2 * sqrt(x.variance + 1 / (x.mu + 1)) as width) d
    ) i
  ) v;
end
$$;
comment on function trimtab.detect_anomalies(uuid, timestamptz, bigint, uuid[]) is
  'Figures of an organization''s active campaigns that do not fit what each did before, and what many campaigns share (campaign_id null); writes nothing. score in standard deviations, money in currency, explained_by: the metric of which this is only the consequence. Judged are the last three whole days, the last three and seven of them together, and the last three hours for which there are facts, at their hours of the day. Expected is, from five weeks before: the median level, times weekday factors of the organization and the campaign, times a damped trend; noise: counting noise (negative binomial, see noise_score()) with the median absolute deviation of the campaign, drawn to the organization''s. Days that do not fit are left out of the history, as in Farrington et al. (1996). What all campaigns of a platform share is taken out first; docs/detection/anomalies.md. Errors: TT004.';
grant execute on function trimtab.detect_anomalies(uuid, timestamptz, bigint, uuid[]) to trimtab_user, trimtab_engine, trimtab_definer;
