create or replace function trimtab.act_create_alert(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_id uuid;
begin
  v_id := trimtab.create_alert(
    p_org_id => p_org_id,
    p_title => coalesce(p_action ->> 'title', p_context ->> 'rule_name'),
    p_message => concat_ws(E'\n', p_action ->> 'message', p_context ->> 'reason'),
    p_severity => coalesce(p_action ->> 'severity', 'medium'),
    p_campaign_id => (p_context ->> 'campaign_id')::uuid,
    p_rule_id => (p_context ->> 'rule_id')::uuid,
    p_rule_name => p_context ->> 'rule_name',
    p_assignee => p_action ->> 'assignee',
    p_evidence => trimtab.step_evidence(p_context),
    p_dedupe_key => trimtab.step_key(p_context),
    p_execution_id => (p_context ->> 'execution_id')::uuid);
  return jsonb_build_object('alert_id', v_id);
end
$$;
comment on function trimtab.act_create_alert(uuid, jsonb, jsonb) is
  'Handler of the action create_alert {severity, title, message, assignee}: raises an alert (create_alert()), or counts on the unresolved one of the same rule, campaign and title; {alert_id}. The title is the rule''s name when absent. Raised once a step of an execution.';
grant execute on function trimtab.act_create_alert(uuid, jsonb, jsonb) to trimtab_definer;
