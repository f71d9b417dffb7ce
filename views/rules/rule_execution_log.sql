create or replace view trimtab.rule_execution_log with (security_invoker = true) as
select
  md5(e.id || ' ' || a.number)::uuid as id,
  e.rule_id,
  coalesce((a.value ->> 'campaign_id')::uuid, e.campaign_id) as campaign_id,
  a.value ->> 'type' as action,
  a.value - 'type' || jsonb_build_object('execution_id', e.id, 'mode', e.mode) as details,
  e.executed_at,
  e.org_id
from trimtab.automation_executions e
cross join lateral jsonb_array_elements(e.actions_executed) with ordinality a (value, number)
where e.org_id = (select trimtab.current_org_id())
  and (e.campaign_id is not null or a.value ? 'campaign_id');
comment on view trimtab.rule_execution_log is
  'One row for each action of each execution of a rule for a campaign, under the names of the seeds'' rule_execution_log; details hold parameters, status, result and error. id is made from the execution and the action''s number in it, and so always the same.';
grant select on trimtab.rule_execution_log to trimtab_user, trimtab_engine;
