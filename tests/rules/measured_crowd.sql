-- Organizations whose rules have done much, made up by arithmetic, past all triggers. How many of them, and how many
-- executions each: the settings crowd.organizations and crowd.executions. For each execution there is a change in the
-- ledger; people put some back.
set local session_replication_role to replica;

create temporary table crowd on commit drop as
select
  o.n, trimtab.create_organization('Crowd ' || o.n, 'Europe/Berlin', 'EUR') as org_id,
  current_setting('crowd.executions')::integer as executions
from generate_series(1, current_setting('crowd.organizations')::integer) o (n);
delete from trimtab.rule_versions;
delete from trimtab.automation_rules;

insert into trimtab.automation_rules (
  org_id, id, name, rule_type, status, priority, document, leaves, signal_positions, bounds, statuses)
select c.org_id, md5(c.org_id || ' rule ' || r.n)::uuid, 'Rule ' || r.n, 'custom', case when r.n % 7 = 0 then 'shadow' else 'active' end,
       r.n, '{}', '[]', '{}', '{}', '{active}'
from crowd c
cross join generate_series(1, 20) r (n);

insert into trimtab.rule_versions (org_id, rule_id, version, document, login, valid_from)
select r.org_id, r.id, v.n, '{}', 'x', now() - v.n * interval '20 days'
from trimtab.automation_rules r
cross join generate_series(1, 5) v (n);

insert into trimtab.campaigns (org_id, id, title, platform, status, budget, currency)
select c.org_id, md5(c.org_id || ' campaign ' || k.n)::uuid, 'Campaign ' || k.n, 'meta', case when k.n % 10 = 0 then 'paused' else 'active' end,
       1000, case when k.n % 10 = 1 then 'USD' else 'EUR' end
from crowd c
cross join generate_series(1, 100) k (n);
insert into trimtab.exchange_rates (from_currency, to_currency, valid_from, rate, source)
select 'USD', 'EUR', (now() - d.n * interval '1 day')::date, 0.9, 'crowd' from generate_series(0, 420) d (n);

-- 400 days of changes, the oldest first.
create temporary table doing on commit drop as
select
  c.org_id, e.n, now() - e.n * interval '400 days' / c.executions as at,
  md5(c.org_id || ' rule ' || e.n % 20 + 1)::uuid as rule_id, md5(c.org_id || ' campaign ' || e.n % 100 + 1)::uuid as campaign_id,
  md5(c.org_id || ' change ' || e.n)::uuid as change_id, e.n % 3 = 0 as is_pause, e.n % 7 = 0 as is_shadow, e.n % 31 = 0 as is_failed
from crowd c
cross join lateral generate_series(c.executions, 1, -1) e (n);

insert into trimtab.campaign_changes (
  org_id, id, campaign_id, action_type, is_automated, origin, reason, previous_state, new_state, confidence_score, evidence,
  actual_impact, status, login, rule_id, rule_version, executed_at, created_at, rolled_back_at, rolled_back_by)
select
  d.org_id, d.change_id, d.campaign_id, case when d.is_pause then 'auto_pause' else 'auto_scale_up' end, true, 'rule', 'Because.',
  '{"status": "active", "budget": 1000, "daily_budget": null, "bid": null, "bid_strategy": null}',
  '{"status": "active", "budget": 1200, "daily_budget": null, "bid": null, "bid_strategy": null}'::jsonb
    || case when d.is_pause then '{"status": "paused", "budget": 1000}' else '{}'::jsonb end,
  90,
  jsonb_build_object('expected', '{"spend_per_day": -20, "revenue_per_day": -10}'::jsonb, 'conditions', (
    select jsonb_agg(jsonb_build_object('path', 'conditions.all[' || l.n || ']', 'value', d.n / 7.0, 'text', md5(d.n || ' ' || l.n)))
    from generate_series(1, 8) l (n))),
  case when d.n % 2 = 0 then
    '{"currency": "EUR", "per_day": {"spend": {"change": -20}, "revenue": {"change": -10}}, "other_changes": 0,
      "compared": {"spend_per_day": {"expected": -20, "actual": -19, "difference": 1}}}'::jsonb end,
  case when d.n % 50 = 0 then 'rolled_back' else 'executed' end, 'trimtab_engine', d.rule_id, 1, d.at, d.at,
  case when d.n % 50 = 0 then d.at + interval '1 hour' end, case when d.n % 50 = 0 then md5('person')::uuid end
from doing d;
insert into trimtab.campaign_changes (
  org_id, campaign_id, action_type, is_automated, origin, reason, previous_state, new_state, status, login, executed_at, created_at)
select
  d.org_id, d.campaign_id, 'status_changed', false, 'person', 'x', '{"status": "paused", "budget": 1000}', '{"status": "active", "budget": 1000}',
  'executed', 'x', d.at + interval '1 day', d.at + interval '1 day'
from doing d
where d.n % 21 = 0;

insert into trimtab.automation_executions (
  org_id, mode, rule_id, rule_version, campaign_id, trigger_source, status, confidence_score, conditions_evaluated, actions_executed,
  executed_at, completed_at, duration_ms, login, error_message)
select
  d.org_id, case when d.is_shadow then 'shadow' else 'active' end, d.rule_id, 1, d.campaign_id, 'clock',
  case when d.is_shadow then 'skipped' else a.status end, 90,
  (
    select jsonb_agg(jsonb_build_object(
      'path', 'conditions.all[' || l.n || ']', 'value', 0.5, 'holds', true,
      'condition', '{"type": "metric_threshold", "metric": "roas", "window": "last_7_days", "operator": "<", "threshold": 1}'::jsonb))
    from generate_series(1, 4) l (n)
  ),
  jsonb_build_array(
    jsonb_build_object(
      'place', 1, 'type', case when d.is_pause then 'pause_campaign' else 'adjust_budget' end, 'status', a.status, 'change_id', d.change_id,
      'parameters', '{"message": "It loses money."}'::jsonb, 'result', jsonb_build_object('change_id', d.change_id)),
    jsonb_build_object('place', 2, 'type', 'send_notification', 'status', a.status, 'parameters', '{"recipients": ["role:admin"]}'::jsonb)),
  d.at, d.at, 12, 'trimtab_engine', case when d.is_failed then 'It broke.' end
from doing d
cross join lateral (
  select case when d.is_shadow then 'skipped' when d.is_failed then 'failure' else 'success' end as status
) a;

insert into trimtab.held_decisions (
  org_id, rule_id, campaign_id, rule_version, code, reason, evidence, hold_count, first_held_at, last_held_at, last_run_id)
select d.org_id, d.rule_id, d.campaign_id, 1 + d.n % 5, (array['cooldown', 'at_cap', 'low_confidence'])[1 + d.n % 3], 'x', '{}', d.n,
       d.at, d.at + interval '1 day', d.change_id
from doing d
where d.n % 11 = 0
on conflict do nothing;

insert into trimtab.audit_log (org_id, occurred_at, login, action, entity_type, entity_id, old_values, new_values)
select d.org_id, d.at, 'x', k.kind || '.updated', k.kind, d.rule_id, '{"priority": 1}', '{"priority": 2}'
from doing d
cross join lateral (select case when d.n % 10 = 0 then 'rule' else 'campaign' end as kind) k;
