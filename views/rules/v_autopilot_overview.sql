create or replace view trimtab.v_autopilot_overview with (security_invoker = true) as
select
  o.org_id,
  a.total_actions,
  a.paused_campaigns,
  a.scaled_campaigns,
  p.open_opportunities,
  a.avg_confidence,
  a.executed_actions,
  a.rolled_back_actions,
  a.failed_actions,
  a.actions_last_24_hours,
  a.last_action_at,
  p.opportunities_in_progress,
  p.oldest_open_opportunity_age,
  h.held_decisions,
  h.holds,
  r.last_run_at,
  coalesce((trimtab.guardrails_of(o.org_id)).autopilot_enabled, false) as autopilot_enabled
from trimtab.organizations o
cross join lateral (
  select
    count(*) as total_actions,
    count(*) filter (where l.action_type = 'auto_pause' and l.status in ('executed', 'rolled_back')) as paused_campaigns,
    count(*) filter (where l.action_type = 'auto_scale_up' and l.status in ('executed', 'rolled_back')) as scaled_campaigns,
    round(avg(l.confidence_score), 1) as avg_confidence,
    count(*) filter (where l.status = 'executed') as executed_actions,
    count(*) filter (where l.status = 'rolled_back') as rolled_back_actions,
    count(*) filter (where l.status = 'failed') as failed_actions,
    count(*) filter (where l.executed_at >= trimtab.clock() - interval '24 hours') as actions_last_24_hours,
    max(l.executed_at) as last_action_at
  from trimtab.autonomous_actions l
  where l.org_id = o.org_id
) a
cross join lateral (
  select
    count(*) filter (where q.status = 'open') as open_opportunities,
    count(*) filter (where q.status = 'in_progress') as opportunities_in_progress,
    trimtab.clock() - min(q.created_at) filter (where q.status = 'open') as oldest_open_opportunity_age
  from trimtab.optimization_opportunities q
  where q.org_id = o.org_id
) p
cross join lateral (
  select count(*) as held_decisions, coalesce(sum(d.hold_count), 0)::bigint as holds
  from trimtab.held_decisions d
  where d.org_id = o.org_id
) h
cross join lateral (
  select max(x.last_run_at) as last_run_at
  from trimtab.autopilot_runs x
  where x.org_id = o.org_id
) r
where o.org_id = (select trimtab.current_org_id());
comment on view trimtab.v_autopilot_overview is
  'One row for the organization: what the autopilot did (total_actions counts every automatic row of the ledger; paused_campaigns and scaled_campaigns what was carried out, taken back later or not; avg_confidence is percent with one decimal, null without any), what it found (opportunities), what its gates held back, and when it last ran.';
grant select on trimtab.v_autopilot_overview to trimtab_user, trimtab_engine;
