create or replace function trimtab.record_failures(p_org_id uuid, p_execution_ids uuid[], p_run_id uuid)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  perform trimtab.record_failed_action(
    p_org_id => p_org_id, p_campaign_id => f.campaign_id,
    p_action_type => case f.type
      when 'pause_campaign' then 'auto_pause'
      when 'adjust_budget' then case when f.amount < (f.plan ->> 'from')::numeric then 'auto_scale_down' else 'auto_scale_up' end
      when 'adjust_bid' then 'bid_adjusted'
      when 'implement_recommendation' then 'optimization_applied'
      else 'status_changed'
    end,
    p_reason => f.reason, p_error_code => f.error_code, p_error_message => f.error_message,
    p_wanted => case f.type
      when 'pause_campaign' then '{"status": "paused"}'
      when 'resume_campaign' then '{"status": "active"}'
      else coalesce(f.plan - array['from', 'wanted', 'currency'], '{}')
    end,
    p_confidence => f.confidence_score,
    p_evidence => jsonb_build_object('execution_id', f.execution_id, 'conditions', f.conditions, 'facts_revision', f.facts_revision),
    p_rule_id => f.rule_id, p_rule_version => f.rule_version, p_run_id => p_run_id)
  from (
    select e.id as execution_id, e.rule_id, e.rule_version, e.confidence_score, e.conditions_evaluated as conditions, e.facts_revision,
           e.context ->> 'reason' as reason, (a.action ->> 'campaign_id')::uuid as campaign_id, a.action ->> 'type' as type,
           a.action -> 'plan' as plan, coalesce(a.action #>> '{plan,budget}', a.action #>> '{plan,daily_budget}')::numeric as amount,
           a.action ->> 'error_code' as error_code, a.action ->> 'error_message' as error_message
    from trimtab.automation_executions e
    cross join lateral jsonb_array_elements(e.actions_executed) a (action)
    where e.org_id = p_org_id and e.id = any (p_execution_ids) and e.mode = 'active'
      and a.action ->> 'status' = 'failure' and a.action ? 'changes' and a.action ? 'campaign_id'
      -- Where others had to wait, the first action was kept when the execution began.
      and (e.completed_at is null or e.completed_at = e.executed_at or (a.action ->> 'place')::integer > 1)
    order by e.executed_at, e.id, a.action ->> 'place'
  ) f;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.record_failures(uuid, uuid[], uuid) is
  'Keeps the failed actions of executions that should have changed a campaign in its ledger, by record_failed_action(). Returns how many. For the system''s own functions.';
grant execute on function trimtab.record_failures(uuid, uuid[], uuid) to trimtab_definer;
