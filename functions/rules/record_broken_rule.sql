create or replace function trimtab.record_broken_rule(
  p_org_id uuid,
  p_rule_id uuid,
  p_campaign_id uuid,
  p_event jsonb,
  p_error_code text,
  p_error_message text,
  p_as_of timestamptz,
  p_run_id uuid,
  p_source text
)
  returns trimtab.automation_executions
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_execution trimtab.automation_executions;
begin
  -- The same again, with nothing of the rule (about the campaign, where one is given) in between, is counted on its row.
  update trimtab.automation_executions e
  set run_id = p_run_id,
      context = e.context || jsonb_build_object(
        'failed_count', coalesce((e.context ->> 'failed_count')::integer, 1) + 1, 'last_failed_at', p_as_of)
  from trimtab.automation_rules r
  where r.org_id = p_org_id and r.id = p_rule_id
    and e.org_id = p_org_id
    and e.id = (
      select l.id
      from trimtab.automation_executions l
      where l.org_id = p_org_id and l.rule_id = p_rule_id and (p_campaign_id is null or l.campaign_id = p_campaign_id)
      order by l.executed_at desc
      limit 1)
    and e.rule_version = r.version
    and e.campaign_id is not distinct from p_campaign_id
    and e.event_id is not distinct from (p_event ->> 'id')::bigint
    and e.error_code = p_error_code
    and e.error_message = p_error_message;
  if found then
    return null;
  end if;
  insert into trimtab.automation_executions (
    org_id, mode, rule_id, rule_version, entity_type, campaign_id, event_id, run_id, trigger_source, status,
    error_code, error_message, context, executed_at, completed_at, duration_ms, user_id, login)
  select
    p_org_id, case r.status when 'active' then 'active' else 'shadow' end, r.id, r.version,
    case when p_event is null then 'campaign' else 'event' end, p_campaign_id, (p_event ->> 'id')::bigint, p_run_id, p_source,
    case r.status when 'active' then 'failure' else 'skipped' end,
    p_error_code, p_error_message,
    jsonb_strip_nulls(jsonb_build_object('rule_name', r.name, 'event', case when p_event ? 'id' then p_event - 'payload' else p_event end)),
    p_as_of, p_as_of, 0, trimtab.current_user_id(), session_user
  from trimtab.automation_rules r
  where r.org_id = p_org_id and r.id = p_rule_id
  on conflict (org_id, rule_id, event_id, campaign_id) where event_id is not null do nothing
  returning * into v_execution;
  -- A rule that waits for failures must not set itself off by its own.
  if v_execution.mode = 'active' and p_event ->> 'type' is distinct from 'rule.failed' then
    perform trimtab.emit_event(p_org_id, 'rule.failed',
      jsonb_build_object('execution_id', v_execution.id, 'error_code', p_error_code, 'error_message', p_error_message), 'rule', p_rule_id);
  end if;
  return v_execution;
end
$$;
comment on function trimtab.record_broken_rule(uuid, uuid, uuid, jsonb, text, text, timestamptz, uuid, text) is
  'Records that a rule could not be judged or carried out at all, as a failed execution (of a shadow rule: a skipped one) with SQLSTATE and message, and the event rule.failed. The same failure again is counted in the row''s context (failed_count, last_failed_at), and null is returned; else the row. For the system''s own functions.';
grant execute on function trimtab.record_broken_rule(uuid, uuid, uuid, jsonb, text, text, timestamptz, uuid, text) to trimtab_definer;
