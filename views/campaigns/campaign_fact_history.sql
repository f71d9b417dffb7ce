create or replace view trimtab.campaign_fact_history with (security_invoker = true) as
select
  f.org_id,
  f.campaign_id,
  c.title,
  f.grain,
  nullif(f.dimension, '') as dimension,
  nullif(f.subject, '') as subject,
  f.day,
  nullif(f.hour, '-infinity') as hour,
  f.known_from,
  known.published_at as known_since,
  f.known_to,
  replaced.published_at as replaced_at,
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
  f.is_derived
from trimtab.campaign_metrics f
join trimtab.campaigns c on c.org_id = f.org_id and c.id = f.campaign_id
left join trimtab.knowledge_revisions known on known.org_id = f.org_id and known.revision = f.known_from
left join trimtab.knowledge_revisions replaced on replaced.org_id = f.org_id and replaced.revision = f.known_to;
comment on view trimtab.campaign_fact_history is
  'Every version of every fact: what was known when, and when a correction replaced it. Filter by campaign_id and day.';
grant select on trimtab.campaign_fact_history to trimtab_user, trimtab_engine, trimtab_definer;
