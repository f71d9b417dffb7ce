create or replace view trimtab.v_automation_performance with (security_invoker = true) as
select
  r.org_id,
  r.id as rule_id,
  r.name as rule_name,
  r.rule_type as category,
  r.rule_type,
  r.status,
  r.execution_count as total_executions,
  r.success_count as successful_executions,
  r.failure_count as failed_executions,
  coalesce(round(100.0 * r.success_count / nullif(r.execution_count, 0), 2), 0) as success_rate,
  r.last_executed_at,
  recent.executions as executions_last_30d,
  r.partial_count as partial_executions,
  r.shadow_count as shadow_executions,
  r.last_success_at,
  r.last_shadow_at,
  r.priority,
  r.version
from trimtab.automation_rules r
cross join lateral (
  select count(*) as executions
  from trimtab.automation_executions e
  where e.org_id = r.org_id
    and e.rule_id = r.id
    and e.mode = 'active'
    and e.status <> 'skipped'
    and e.executed_at >= trimtab.clock() - interval '720 hours'
) recent
where r.org_id = (select trimtab.current_org_id());
comment on view trimtab.v_automation_performance is
  'Each rule of the organization, archived ones too, with how often it was executed and how that went. success_rate is the percent of total_executions in which every action succeeded, 0 if there were none; partial ones are in neither count. Executions in shadow touch nothing and are counted apart. category and rule_type are the original''s and the later name of one thing.';
comment on column trimtab.v_automation_performance.executions_last_30d is 'Executions of the last 30 times 24 hours, neither shadow ones nor those in which nothing was tried.';
grant select on trimtab.v_automation_performance to trimtab_user, trimtab_engine;
