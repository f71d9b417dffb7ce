create or replace view trimtab.v_open_anomalies with (security_invoker = true) as
select
  a.id,
  a.org_id,
  a.campaign_id,
  c.title as campaign_title,
  a.platform,
  a.kind,
  a.metric,
  a.window_code,
  a.direction,
  a.severity,
  a.score,
  a.expected,
  a.found,
  a.currency,
  a.description,
  a.starts_at,
  a.ends_at,
  a.detected_at,
  a.last_found_at,
  a.evidence
from trimtab.anomalies a
left join trimtab.campaigns c on c.org_id = a.org_id and c.id = a.campaign_id
where a.status = 'open'
order by trimtab.severity_rank(a.severity), a.score desc, a.last_found_at desc, a.id;
comment on view trimtab.v_open_anomalies is
  'Anomalies that nobody has acknowledged and that still hold, critical first, with the campaign''s title (null: many campaigns share it). score: distance from what was expected in standard deviations of the campaign''s own noise.';
grant select on trimtab.v_open_anomalies to trimtab_user, trimtab_engine, trimtab_definer;
