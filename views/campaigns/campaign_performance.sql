create or replace view trimtab.campaign_performance with (security_invoker = true) as
with present as (
  select s.org_id, s.campaign_id, s.signals, s.first_day, s.facts_end_at, s.facts_revision
  from trimtab.campaign_signals s
  where s.computed_at <= trimtab.clock()
    and s.valid_until > trimtab.clock()
  union all
  -- What the memo does not hold is computed, in one call an organization.
  select stale.org_id, n.campaign_id, n.signals, n.first_day, n.facts_end_at, n.facts_revision
  from (
    select c.org_id, array_agg(c.id) as ids
    from trimtab.campaigns c
    left join trimtab.campaign_signals s
      on s.org_id = c.org_id
      and s.campaign_id = c.id
      and s.computed_at <= trimtab.clock()
      and s.valid_until > trimtab.clock()
    where s.campaign_id is null
    group by c.org_id
  ) stale
  cross join lateral trimtab.compute_signals(stale.org_id, stale.ids) n
)
select
  c.id,
  c.id as campaign_id,
  -- Lifetime: the tenth window of each metric, see signal_position().
  coalesce(p.signals[143], 0)::bigint as total_impressions,
  coalesce(p.signals[124], 0)::bigint as total_clicks,
  coalesce(p.signals[48], 0) as total_conversions,
  coalesce(round(p.signals[86], 4), 0) as ctr,
  coalesce(round(p.signals[181], 4), 0) as conversion_rate,
  coalesce(p.signals[10], 0) as total_spend,
  coalesce(p.signals[105], 0) as total_revenue,
  coalesce(round(p.signals[29], 4), 0) as roi,
  coalesce(p.signals[276], 0)::bigint as total_likes,
  coalesce(p.signals[295], 0)::bigint as total_shares,
  coalesce(p.signals[314], 0)::bigint as total_comments,
  coalesce(round(p.signals[238], 4), 0) as engagement_rate,
  c.status = 'active' as is_active,
  coalesce(k.published_at, c.updated_at) as last_updated,
  c.org_id,
  c.title,
  c.platform,
  c.status,
  o.currency::text as currency,
  coalesce(p.signals[143], 0)::bigint as impressions,
  coalesce(p.signals[124], 0)::bigint as clicks,
  coalesce(p.signals[48], 0) as conversions,
  round(p.signals[29], 4) as roas,
  round(p.signals[162], 4) as cpc,
  round(p.signals[200], 4) as cpm,
  round(p.signals[67], 4) as cpa,
  p.signals[257]::bigint as reach,
  round(p.signals[219], 4) as frequency,
  round(
    trimtab.budget_utilization(
      p.signals[10], c.budget, c.currency, o.currency, (trimtab.clock() at time zone o.time_zone)::date),
    4) as budget_utilization,
  p.first_day,
  p.facts_end_at,
  nullif(p.facts_revision, 0) as facts_revision
from trimtab.campaigns c
join trimtab.organizations o on o.org_id = c.org_id
join present p on p.org_id = c.org_id and p.campaign_id = c.id
left join trimtab.knowledge_revisions k on k.org_id = c.org_id and k.revision = p.facts_revision;
comment on view trimtab.campaign_performance is
  'Each campaign''s figures from its first fact to today, always up to date; money in the organization''s currency (currency). ctr, conversion_rate and engagement_rate in percent, roi = revenue ÷ spend, a multiple (1 is break-even). The columns up to last_updated are those of the original table and show 0 where nothing is known; the others show null. Ratios are rounded to four digits here; rules and functions work with signals_at(), unrounded.';
comment on column trimtab.campaign_performance.roi is 'Revenue ÷ spend, a multiple; 0 when there is no spend or no revenue is known. roas is the same with null in that case.';
comment on column trimtab.campaign_performance.last_updated is 'When the latest facts became known; without facts when the campaign was changed.';
comment on column trimtab.campaign_performance.budget_utilization is 'Spend in percent of the campaign''s budget.';
comment on column trimtab.campaign_performance.reach is 'The greatest daily reach: a lower bound.';
grant select on trimtab.campaign_performance to trimtab_user, trimtab_engine, trimtab_definer;
