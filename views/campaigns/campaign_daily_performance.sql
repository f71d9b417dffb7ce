create or replace view trimtab.campaign_daily_performance with (security_invoker = true) as
select
  f.org_id,
  f.campaign_id,
  c.title,
  c.platform,
  f.day,
  f.currency::text as currency,
  f.impressions,
  f.clicks,
  f.spend,
  f.conversions,
  f.revenue,
  f.reach,
  f.frequency,
  f.likes,
  f.shares,
  f.comments,
  round(100.0 * f.clicks / nullif(f.impressions, 0), 4) as ctr,
  round(f.spend / nullif(f.clicks, 0), 4) as cpc,
  round(1000 * f.spend / nullif(f.impressions, 0), 4) as cpm,
  round(f.spend / nullif(f.conversions, 0), 4) as cpa,
  round(100 * f.conversions / nullif(f.clicks, 0), 4) as conversion_rate,
  round(f.revenue / nullif(f.spend, 0), 4) as roi,
  f.is_derived,
  f.known_from as facts_revision
from trimtab.campaign_metrics f
join trimtab.campaigns c on c.org_id = f.org_id and c.id = f.campaign_id
where f.grain = 'day'
  and f.known_to is null;
comment on view trimtab.campaign_daily_performance is
  'The facts of each campaign and local day as they are known now, in the campaign''s own currency, with the ratios of that day (percent and multiples as in campaign_performance); null where a part is unknown or the denominator 0.';
grant select on trimtab.campaign_daily_performance to trimtab_user, trimtab_engine, trimtab_definer;
