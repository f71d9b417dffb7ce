create or replace view trimtab.rule_execution_log with (security_invoker = true) as
select
  md5(e.id || ' ' || a.place)::uuid as id,
  e.rule_id,
  e.campaign_id,
  a.value ->> 'type' as action,
  a.value - 'type' || jsonb_build_object('execution_id', e.id, 'mode', e.mode) as details,
  e.executed_at,
  e.org_id
from trimtab.automation_executions e
cross join lateral jsonb_array_elements(e.actions_executed) with ordinality a (value, place)
where e.org_id = (select trimtab.current_org_id())
  and e.campaign_id is not null;
comment on view trimtab.rule_execution_log is
  'One row for each action of each execution of a rule for a campaign, under the names of the seeds'' rule_execution_log; details hold parameters, status, result and error. id is made from the execution and the action''s place, and so always the same.';
grant select on trimtab.rule_execution_log to trimtab_user, trimtab_engine;
