create or replace view trimtab.v_open_opportunities with (security_invoker = true) as
select
  o.id,
  o.org_id,
  o.campaign_id,
  c.title as campaign_title,
  c.platform,
  o.opportunity_type,
  o.subject,
  o.severity,
  o.status,
  o.description,
  o.suggested_action,
  o.proposed_action,
  o.estimated_impact,
  o.confidence_score,
  o.evidence,
  o.detected_count,
  o.first_detected_at,
  o.last_detected_at,
  o.created_at,
  round(extract(epoch from trimtab.clock() - o.created_at) / 3600, 1) as age_hours,
  round(extract(epoch from trimtab.clock() - o.created_at) / 86400, 1) as age_days
from trimtab.optimization_opportunities o
join trimtab.campaigns c on c.org_id = o.org_id and c.id = o.campaign_id
where o.status in ('open', 'in_progress')
order by trimtab.severity_rank(o.severity), o.confidence_score desc nulls last, o.created_at, o.id;
comment on view trimtab.v_open_opportunities is
  'Opportunities that are open or being worked on, critical first, with the campaign''s title and their age. confidence_score is a percent probability; subject is dimension:name, or empty for the campaign as a whole.';
grant select on trimtab.v_open_opportunities to trimtab_user, trimtab_engine, trimtab_definer;
