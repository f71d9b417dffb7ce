create or replace view trimtab.v_automation_adoption with (security_invoker = true) as
select
  o.org_id,
  c.campaigns,
  c.automated_campaigns,
  round(100.0 * c.automated_campaigns / nullif(c.campaigns, 0), 2) as adoption_percent,
  c.opted_out_campaigns,
  c.shadow_only_campaigns,
  e.campaigns_acted_on_last_30d,
  round(100.0 * e.running_acted_on / nullif(c.campaigns, 0), 2) as acted_on_percent_last_30d,
  r.active_rules,
  r.shadow_rules,
  coalesce((trimtab.guardrails_of(o.org_id)).autopilot_enabled, false) as autopilot_enabled
from trimtab.organizations o
cross join lateral (
  select
    count(*) as campaigns,
    count(*) filter (where a.is_automated) as automated_campaigns,
    count(*) filter (where not a.autonomous_enabled) as opted_out_campaigns,
    count(*) filter (where a.autonomous_enabled and a.active_rules = 0 and a.shadow_rules > 0) as shadow_only_campaigns
  from trimtab.v_campaign_automation a
  where a.org_id = o.org_id
    and a.is_running
) c
cross join lateral (
  select
    count(*) as campaigns_acted_on_last_30d,
    count(*) filter (where k.status = 'active' and coalesce(k.ends_at > trimtab.clock(), true)) as running_acted_on
  from (
    select distinct x.campaign_id
    from trimtab.automation_executions x
    where x.org_id = o.org_id
      and x.mode = 'active'
      and x.status in ('success', 'partial')
      and x.executed_at >= trimtab.clock() - interval '720 hours'
  ) d
  join trimtab.campaigns k on k.org_id = o.org_id and k.id = d.campaign_id
) e
cross join lateral (
  select
    count(*) filter (where a.status = 'active') as active_rules,
    count(*) filter (where a.status = 'shadow') as shadow_rules
  from trimtab.automation_rules a
  where a.org_id = o.org_id
) r
where o.org_id = (select trimtab.current_org_id());
comment on view trimtab.v_automation_adoption is
  'One row for the organization: how many of its running campaigns (active, not ended) are under automation (v_campaign_automation), in numbers and percent; how many opted out, how many only rules in shadow judge; how many campaigns rules really changed or told about in the last 30 times 24 hours, in percent of the running ones those of them that run still. Percents are null without running campaigns. autopilot_enabled: false while the stop switch is on, when nothing is automated whatever the rules say.';
grant select on trimtab.v_automation_adoption to trimtab_user, trimtab_engine;
