create or replace function trimtab.job_rule(p_org_id uuid, p_arguments jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_rule trimtab.automation_rules;
  v_result jsonb;
begin
  select r.* into v_rule from trimtab.automation_rules r where r.org_id = p_org_id and r.id = (p_context ->> 'rule_id')::uuid;
  -- What was changed of the rule since the schedule was saved.
  if v_rule.status not in ('active', 'shadow') then
    return jsonb_build_object('status', 'skipped', 'reason', format('The rule is %s.', v_rule.status));
  end if;
  if v_rule.trigger_kind <> 'manual' then
    return jsonb_build_object('status', 'skipped', 'reason', format('The rule has the trigger %s now, no longer manual.', v_rule.trigger_kind));
  end if;
  v_result := trimtab.execute_rule_as(
    p_org_id, v_rule.id,
    case when p_arguments ? 'campaign_ids' then array(select c.id::uuid from jsonb_array_elements_text(p_arguments -> 'campaign_ids') c (id)) end,
    case p_context ->> 'origin' when 'person' then 'person' else 'schedule' end);
  return v_result || case
    when (v_result ->> 'stopped')::boolean then jsonb_build_object('status', 'skipped', 'reason', v_result -> 'stop_reason')
    when (v_result ->> 'failed')::integer > 0 then jsonb_build_object(
      'status', 'failure', 'error_message', format('%s of the rule''s executions failed.', v_result ->> 'failed'))
    else '{}'
  end;
end
$$;
comment on function trimtab.job_rule(uuid, jsonb, jsonb) is
  'Handler of schedules of a rule {campaign_ids}: executes the rule (execute_rule_as()) for all its campaigns or those named. Returns {executed, shadowed, held_back, failed}; skipped while a stop switch is on, the rule is neither active nor in shadow, or its trigger is no longer manual; failure where an execution failed.';
grant execute on function trimtab.job_rule(uuid, jsonb, jsonb) to trimtab_definer;
