create or replace view trimtab.v_automation_rules with (security_invoker = true) as
select
  r.id as rule_id,
  r.org_id,
  r.created_by,
  r.name,
  r.description,
  r.rule_type,
  'campaign'::text as entity_type,
  case when cardinality(r.scope_campaigns) = 1 then r.scope_campaigns[1] end as entity_id,
  case
    when jsonb_typeof(g.alternatives) = 'array' then g.alternatives
    else r.document #> '{conditions,all}'
  end as conditions,
  case when jsonb_typeof(g.alternatives) = 'array' then 'or' else 'and' end as condition_logic,
  r.document -> 'actions' as actions,
  trimtab.priority_word(r.priority) as priority,
  r.status,
  r.status = 'active' as enabled,
  r.max_executions_per_day,
  r.cooldown_minutes,
  r.last_executed_at,
  r.execution_count,
  r.success_count,
  r.failure_count,
  r.created_at,
  r.updated_at,
  r.name as rule_name,
  r.document ->> 'category' as category,
  case when r.trigger_kind = 'event' then 'event' else 'condition' end as trigger_type,
  case when r.trigger_kind = 'event' then jsonb_build_object('event', r.event_type) else '{}' end as trigger_config,
  coalesce(r.document ->> 'execution', 'in_order') = 'in_order' as execute_sequentially,
  coalesce((r.document ->> 'delay_between_actions_seconds')::integer, 0) as delay_between_actions_seconds,
  coalesce((r.document ->> 'stop_on_error')::boolean, true) as stop_on_error,
  r.execution_count as total_executions,
  r.success_count as successful_executions,
  r.failure_count as failed_executions,
  r.last_success_at,
  r.status = 'active' as is_active,
  r.priority as priority_rank,
  r.campaign_cooldown_minutes,
  r.partial_count,
  r.shadow_count,
  r.last_shadow_at,
  r.version,
  r.copied_from,
  r.id,
  r.document
from trimtab.automation_rules r
cross join lateral (
  select case when jsonb_array_length(r.document #> '{conditions,all}') = 1 then r.document #> '{conditions,all,0,any}' end as alternatives
) g;
comment on view trimtab.v_automation_rules is
  'The organization''s rules, archived ones included, under the columns of both original tables called automation_rules: those of the first one (rule_id, conditions, condition_logic and or or, priority as the nearest word, enabled, counters), beside them those of the later one (rule_name, trigger_type, execute_sequentially, total_executions, …) and our own (priority_rank, version, document). Insert, update and delete are understood: what is written goes through save_rule() and set_rule_status(). Of two columns that mean the same, write one. The columns that the system keeps are refused (TT032).';
grant select, insert, update, delete on trimtab.v_automation_rules to trimtab_user;
grant select, insert, update, delete on trimtab.v_automation_rules to trimtab_engine;
create or replace trigger write instead of insert or update or delete on trimtab.v_automation_rules
  for each row execute function trimtab.write_automation_rule();
