create or replace view trimtab.v_campaign_automation with (security_invoker = true) as
select
  c.org_id,
  c.id as campaign_id,
  c.title,
  c.platform,
  c.status,
  c.autonomous_enabled,
  c.status = 'active' and coalesce(c.ends_at > trimtab.clock(), true) as is_running,
  coalesce(r.active_rules, 0) as active_rules,
  coalesce(r.shadow_rules, 0) as shadow_rules,
  c.autonomous_enabled and coalesce(r.active_rules, 0) > 0 as is_automated
from trimtab.campaigns c
left join lateral (
  select
    count(*) filter (where a.status = 'active') as active_rules,
    count(*) filter (where a.status = 'shadow') as shadow_rules
  from trimtab.automation_rules a
  left join trimtab.campaigns t on t.org_id = a.org_id and t.id = a.scope_related_to
  where a.org_id = c.org_id
    and a.status in ('active', 'shadow')
    and a.trigger_kind = 'run'
    and (a.statuses is null or c.status = any (a.statuses))
    and (a.scope_campaigns is null or c.id = any (a.scope_campaigns))
    and (a.scope_platforms is null or c.platform = any (a.scope_platforms))
    and (a.scope_groups is null or c.group_id = any (a.scope_groups))
    and (a.scope_tags is null or trimtab.lower_tags(c.tags) && a.scope_tags)
    and (a.scope_related_to is null or c.id = t.id or c.group_id = t.group_id or trimtab.lower_tags(c.tags) && trimtab.lower_tags(t.tags))
) r on true
where c.org_id = (select trimtab.current_org_id());
comment on view trimtab.v_campaign_automation is
  'Each campaign with the number of rules that judge it in each run (by scope and status; rules that wait for an event or for somebody who asks are not counted). is_automated: at least one active rule does, and the campaign has not opted out. is_running: active and not ended.';
grant select on trimtab.v_campaign_automation to trimtab_user, trimtab_engine;
