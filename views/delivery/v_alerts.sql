create or replace view trimtab.v_alerts with (security_invoker = true) as
select
  a.org_id,
  a.id,
  a.severity,
  a.status,
  a.title,
  a.message,
  a.source,
  a.campaign_id,
  c.title as campaign_title,
  a.rule_id,
  a.rule_name,
  a.assignee_id,
  a.assignee_role,
  coalesce(u.display_name, u.email, 'role:' || a.assignee_role) as assignee,
  a.raised_count,
  a.first_raised_at,
  a.last_raised_at,
  a.acknowledged_at,
  a.acknowledged_by,
  a.resolved_at,
  a.resolved_by,
  a.note,
  a.evidence
from trimtab.alerts a
left join trimtab.campaigns c on c.org_id = a.org_id and c.id = a.campaign_id
left join trimtab.users u on u.id = a.assignee_id
order by array_position(array['open', 'acknowledged', 'resolved'], a.status),
  array_position(array['critical', 'high', 'medium', 'low'], a.severity), a.last_raised_at desc, a.id;
comment on view trimtab.v_alerts is
  'Alerts with the names of campaign and assignee: open ones first, the most severe on top. acknowledge_alert(), assign_alert() and resolve_alert() handle them.';
grant select on trimtab.v_alerts to trimtab_user, trimtab_engine;
