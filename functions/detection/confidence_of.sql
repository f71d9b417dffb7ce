create or replace function trimtab.confidence_of(
  p_org_id uuid,
  p_campaign_ids uuid[],
  p_metrics text[],
  p_windows text[],
  p_lower numeric[],
  p_upper numeric[],
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_compared_with text[] default null
)
  returns table (ordinality bigint, confidence numeric)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  -- The function it calls scans partitions; planning this anew each time costs more than running it.
  set plan_cache_mode to force_generic_plan
  -- How many questions come is not known when it is planned, and a loop in a loop over thousands of campaigns takes minutes.
  set enable_nestloop to off
  set jit to off
as $$
-- Names of columns mean the columns, not the results of the same name.
#variable_conflict use_column
declare
  -- The first guess of how much campaigns of an organization differ: coefficient of variation, and its weight in campaigns.
  c_spread constant double precision := 0.7;
  c_spread_weight constant double precision := 4;
  -- Campaigns from which the spread of daily figures is learned.
  c_sample constant integer := 64;
begin
  if coalesce(cardinality(p_campaign_ids), 0) = 0 then
    return;
  end if;

  return query
  with question as materialized (
    select
      q.ordinality, q.campaign_id, m.code as metric, w.code as span, v.code as other_span, q.lower, q.upper,
      m.code is not null and m.position is null as is_live,
      m.aggregate = 'ratio' and m.code <> 'frequency' as is_rate,
      m.unit = 'money' as is_inverted,
      m.factor,
      -- A price (spend over something) is looked at upside down: things bought over spend.
      case when m.unit = 'money' then m.denominator else m.numerator end as event,
      case when m.unit = 'money' then m.numerator else m.denominator end as exposure
    from unnest(p_campaign_ids, p_metrics, p_windows, p_lower, p_upper, p_compared_with)
      with ordinality as q (campaign_id, metric, span, lower, upper, other_span, ordinality)
    left join trimtab.metrics named on named.code = q.metric
    left join trimtab.metrics m on m.code = coalesce(named.same_as, named.code)
    left join trimtab.metric_windows w on w.code = q.span
    left join trimtab.metric_windows v on v.code = q.other_span
  ),
  kind as materialized (
    select
      k.metric, k.span, k.is_rate, k.is_inverted, k.factor::double precision as factor, k.event, k.exposure,
      trimtab.signal_position(k.metric, k.span) as at_metric,
      trimtab.signal_position(k.event, k.span) as at_event,
      trimtab.signal_position(k.exposure, k.span) as at_exposure,
      trimtab.signal_position('likes', k.span) as at_likes,
      trimtab.signal_position('shares', k.span) as at_shares,
      trimtab.signal_position('comments', k.span) as at_comments,
      -- What is usual when the organization itself has nothing to tell: break-even, one click in a hundred, two sales.
      case k.metric when 'roas' then 1 when 'ctr' then 0.01 when 'conversion_rate' then 0.02 end::double precision as usual
    from (
      select distinct q.metric, q.span, q.is_rate, q.is_inverted, q.factor, q.event, q.exposure
      from question q
      where q.span is not null and not q.is_live
      union
      select q.metric, q.other_span, q.is_rate, q.is_inverted, q.factor, q.event, q.exposure
      from question q
      where q.other_span is not null and not q.is_live
    ) k
  ),
  signal as materialized (
    select s.campaign_id, s.signals
    from trimtab.signals_at(
      p_org_id, p_as_of, p_known, case when not exists (select from kind k where k.is_rate) then p_campaign_ids end) s
    where exists (select from kind)
  ),
  reading as (
    select
      k.metric, k.span, k.is_inverted, s.campaign_id,
      s.signals[k.at_exposure]::double precision as e,
      case k.event
        when 'engagements' then
          case when coalesce(s.signals[k.at_likes], s.signals[k.at_shares], s.signals[k.at_comments]) is not null then
            coalesce(s.signals[k.at_likes], 0) + coalesce(s.signals[k.at_shares], 0) + coalesce(s.signals[k.at_comments], 0)
          end
        else s.signals[k.at_event]
      end::double precision as n,
      case
        when k.is_inverted then k.factor / nullif(s.signals[k.at_metric]::double precision, 0)
        else s.signals[k.at_metric]::double precision / k.factor
      end as rate
    from kind k
    cross join signal s
    where k.is_rate
    -- Each figure is looked for in its array once, not wherever it is used below.
    offset 0
  ),
  -- A ratio counts only days on which both of its parts are known: so must the parts.
  cell as materialized (
    select c.metric, c.span, c.campaign_id, c.n, c.e
    from (
      select
        r.metric, r.span, r.campaign_id,
        case when r.rate > 0 then least(r.n, r.rate * r.e) when r.rate = 0 then 0 when r.is_inverted and r.n = 0 then 0 end as n,
        case when r.rate > 0 then least(r.n, r.rate * r.e) / r.rate else r.e end as e
      from reading r
    ) c
    where c.n is not null and c.e > 0
  ),
  sample as materialized (
    -- The same ones whoever is asked about, so that one question has one answer, alone and among others.
    select array_agg(c.campaign_id) as campaign_ids
    from (select c.campaign_id from cell c group by c.campaign_id order by max(c.e) desc, c.campaign_id limit c_sample) c
  ),
  size as materialized (
    select p.event, p.exposure, u.campaign_id, u.unit_size
    from (select distinct k.event, k.exposure from kind k where k.is_rate) p
    cross join sample m
    cross join lateral trimtab.unit_sizes(
      p_org_id, array(select distinct q.campaign_id from question q where q.event = p.event and q.exposure = p.exposure),
      p.event, p.exposure, p_as_of, p_known, coalesce(m.campaign_ids, '{}')) u
  ),
  -- The prior: how the rates of the organization's campaigns are spread (DerSimonian and Laird's moments).
  weighed as materialized (
    select
      c.metric, c.span, c.campaign_id, c.n, c.e, k.usual,
      coalesce(own.unit_size, common.unit_size, nullif(greatest(c.n, c.e), 0)) as unit_size,
      c.e / coalesce(common.unit_size, nullif(greatest(c.n, c.e), 0)) as weight,
      c.n / c.e as rate
    from cell c
    join kind k on k.metric = c.metric and k.span = c.span
    left join size own on own.event = k.event and own.exposure = k.exposure and own.campaign_id = c.campaign_id
    left join size common on common.event = k.event and common.exposure = k.exposure and common.campaign_id is null
  ),
  family as materialized (
    select
      w.metric, w.span, w.usual, count(*) as campaigns, sum(w.weight) as weights, sum(w.weight * w.weight) as squared_weights,
      (sum(w.weight * w.rate) + 0.5) / (sum(w.weight) + coalesce(0.5 / w.usual, 0)) as mean
    from weighed w
    group by w.metric, w.span, w.usual
  ),
  between_campaigns as (
    select
      f.metric, f.span,
      greatest(0, sum(w.weight * (w.rate - f.mean) ^ 2) / f.mean - (f.campaigns - 1))
        / nullif((f.weights - f.squared_weights / f.weights) / f.mean, 0) / f.mean ^ 2 as found,
      -- In how many campaigns the difference can be seen at all through the noise of their own figures.
      sum((c_spread ^ 2 / (c_spread ^ 2 + 1 / (w.weight * f.mean))) ^ 2) * (f.campaigns - 1) / f.campaigns as seen
    from weighed w
    join family f on f.metric = w.metric and f.span = w.span
    group by f.metric, f.span, f.mean, f.campaigns, f.weights, f.squared_weights
  ),
  pulling as materialized (
    select
      w.*, p.spread,
      1 / (f.mean / w.weight + p.spread * f.mean ^ 2) as own
    from weighed w
    join family f on f.metric = w.metric and f.span = w.span
    join (
      select b.metric, b.span,
             least(4, greatest(0.04,
               (c_spread_weight * c_spread ^ 2 + b.seen * least(4, coalesce(b.found, 0))) / (c_spread_weight + b.seen))) as spread
      from between_campaigns b
    ) p on p.metric = w.metric and p.span = w.span
  ),
  pull as (
    select p.metric, p.span, sum(p.own) as everybody, sum(p.rate * p.own) as everybody_rate
    from pulling p
    group by p.metric, p.span
  ),
  -- A campaign is compared with the others, not with itself: its own figures leave the mean of its prior.
  posterior as materialized (
    select
      c.metric, c.span, c.campaign_id,
      case when c.others > 0 then 1 / c.spread else 0.5 end + c.n / c.unit_size as shape,
      case when c.others > 0 then 1 / (c.spread * c.others) else 0 end + c.e / c.unit_size as rate
    from (
      select
        p.*,
        case when a.everybody - p.own > a.everybody * 1e-9 or p.usual is not null then
          (a.everybody_rate - p.rate * p.own + coalesce(1 / (p.usual * c_spread ^ 2), 0))
            / (a.everybody - p.own + coalesce(1 / (p.usual * c_spread) ^ 2, 0))
        end as others
      from pulling p
      join pull a on a.metric = p.metric and a.span = p.span
      where p.campaign_id in (select q.campaign_id from question q)
    ) c
  )
  select
    q.ordinality,
    case
      when q.is_live then 1
      when q.is_rate and q.other_span is not null then (
        -- A price is the other way up, and so is the quotient of two.
        case when q.upper is null then 1
          when q.is_inverted then trimtab.ratio_below(o.shape, o.rate, p.shape, p.rate, greatest(q.upper, 0)::double precision)
          else trimtab.ratio_below(p.shape, p.rate, o.shape, o.rate, greatest(q.upper, 0)::double precision) end
        - case when q.lower is null then 0
          when q.is_inverted then trimtab.ratio_below(o.shape, o.rate, p.shape, p.rate, greatest(q.lower, 0)::double precision)
          else trimtab.ratio_below(p.shape, p.rate, o.shape, o.rate, greatest(q.lower, 0)::double precision) end)::numeric
      when q.is_rate then (
        trimtab.gamma_cdf(p.shape, p.rate * case
          when q.is_inverted then coalesce((q.factor / nullif(greatest(q.lower, 0), 0))::double precision, 'Infinity')
          else coalesce((q.upper / q.factor)::double precision, 'Infinity')
        end)
        - trimtab.gamma_cdf(p.shape, p.rate * case
          when q.is_inverted then coalesce((q.factor / nullif(q.upper, 0))::double precision,
            case when q.upper = 0 then 'Infinity'::double precision else 0 end)
          else coalesce((q.lower / q.factor)::double precision, 0)
        end))::numeric
      when s.signals[k.at_metric] is not null then
        case when (q.lower is null or s.signals[k.at_metric] >= q.lower) and (q.upper is null or s.signals[k.at_metric] <= q.upper)
          then 1 else 0 end
    end::numeric
  from question q
  left join posterior p on p.metric = q.metric and p.span = q.span and p.campaign_id = q.campaign_id
  left join posterior o on o.metric = q.metric and o.span = q.other_span and o.campaign_id = q.campaign_id
  left join kind k on k.metric = q.metric and k.span = q.span and not q.is_rate
  left join signal s on s.campaign_id = q.campaign_id and k.metric is not null
  order by q.ordinality;
end
$$;
comment on function trimtab.confidence_of(uuid, uuid[], text[], text[], numeric[], numeric[], timestamptz, bigint, text[]) is
  'How likely it is, given the facts, that the true rate behind a metric lies above the lower and below the upper bound (null: open), for many questions at once: the arrays run in parallel, a row comes back for each place. With p_compared_with, another window: that its quotient by the rate in that window lies between the bounds, both being as unsure as their figures. 0 to 1; null without data. Metrics that are no rate are what was counted: 1 when the count lies within the bounds, else 0; live metrics (hours running, facts'' age, budget utilization) 1. Model: a rate is events over exposure (revenue over spend, clicks over impressions, conversions over clicks; prices upside down). Events are Poisson in pieces of a size learned from the scatter of daily figures (see unit_sizes), the true rates of an organization''s campaigns are gamma distributed with mean and spread learned from its other campaigns in the same window (empirical Bayes; moments of DerSimonian and Laird 1986; a weak first guess stands in while they are few), so the posterior is gamma (Gelman et al., Bayesian Data Analysis, 2.6), and its distribution function is the answer. Calibration is tested by simulation. Errors: TT006 when p_known is older than what is kept.';
grant execute on function trimtab.confidence_of(uuid, uuid[], text[], text[], numeric[], numeric[], timestamptz, bigint, text[]) to trimtab_user, trimtab_engine, trimtab_definer;
