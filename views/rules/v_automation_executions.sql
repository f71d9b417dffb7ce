create or replace view trimtab.v_automation_executions with (security_invoker = true) as
select
  e.id as execution_id,
  e.org_id,
  e.rule_id,
  null::uuid as instance_id,
  e.execution_type,
  e.trigger_source,
  jsonb_strip_nulls(jsonb_build_object('run_id', e.run_id, 'event_id', e.event_id)) as trigger_data,
  e.context as context_data,
  e.executed_at as started_at,
  e.completed_at,
  e.duration_ms as execution_time_ms,
  case e.status when 'failure' then 'failed' else e.status end as status,
  jsonb_array_length(jsonb_path_query_array(e.actions_executed, '$[*] ? (@.status == "success" || @.status == "failure")')) as actions_executed,
  jsonb_array_length(jsonb_path_query_array(e.actions_executed, '$[*] ? (@.status == "success")')) as actions_successful,
  jsonb_array_length(jsonb_path_query_array(e.actions_executed, '$[*] ? (@.status == "failure")')) as actions_failed,
  e.actions_executed as execution_log,
  e.error_message,
  e.executed_at as created_at,
  coalesce(e.completed_at, e.executed_at) as updated_at,
  e.status as outcome,
  e.mode,
  e.rule_version,
  e.entity_type,
  e.campaign_id as entity_id,
  e.executed_at,
  e.duration_ms,
  e.conditions_evaluated,
  e.results,
  e.confidence_score,
  e.run_id,
  e.event_id,
  e.error_code,
  e.user_id
from trimtab.automation_executions e
where e.org_id = (select trimtab.current_org_id());
comment on view trimtab.v_automation_executions is
  'automation_executions under the later documents'' names: status says failed where the table says failure (outcome is the table''s word; skipped, which they do not know, stays), actions_executed is the number of actions that were tried and execution_log the list of them. The columns of the first documents stand beside them. instance_id belongs to workflows and is null for rules. Filter by executed_at, rule_id or entity_id: these are indexed.';
grant select on trimtab.v_automation_executions to trimtab_user, trimtab_engine;
