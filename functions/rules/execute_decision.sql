create or replace function trimtab.execute_decision(
  p_org_id uuid,
  p_decision trimtab.decision,
  p_as_of timestamptz,
  p_run_id uuid,
  p_source text,
  p_event jsonb default null
)
  returns trimtab.automation_executions
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_started timestamptz := trimtab.stopwatch();
  v_rule trimtab.automation_rules;
  v_execution trimtab.automation_executions;
  v_actions jsonb;
  v_delay numeric;
  v_later jsonb := '[]';
  v_done jsonb;
begin
  select r.* into v_rule from trimtab.automation_rules r where r.org_id = p_org_id and r.id = p_decision.rule_id;
  -- The row comes first, so that what actions write can name it, and so that an event is judged once.
  insert into trimtab.automation_executions (
    org_id, mode, rule_id, rule_version, entity_type, campaign_id, event_id, run_id, trigger_source, status, confidence_score,
    facts_revision, conditions_evaluated, context, executed_at, user_id, login)
  values (
    p_org_id, 'active', p_decision.rule_id, p_decision.rule_version,
    case when p_decision.campaign_id is null then 'event' else 'campaign' end,
    p_decision.campaign_id, (p_event ->> 'id')::bigint, p_run_id, p_source, 'skipped', p_decision.confidence_score,
    p_decision.facts_revision, coalesce(nullif(p_decision.evidence -> 'conditions', 'null'), '[]'),
    jsonb_strip_nulls(jsonb_build_object(
      'rule_name', p_decision.rule_name, 'reason', p_decision.reason, 'campaign_title', p_decision.campaign_title,
      -- The payload stands in the journal.
      'event', case when p_event ? 'id' then p_event - 'payload' else p_event end,
      'known', p_decision.evidence -> 'known', 'facts_end_at', p_decision.evidence -> 'facts_end_at')),
    p_as_of, trimtab.current_user_id(), session_user)
  on conflict (org_id, rule_id, event_id, campaign_id) where event_id is not null do nothing
  returning * into v_execution;
  if not found then
    return null;
  end if;

  select jsonb_agg(jsonb_build_object('place', a.place, 'action', a.action) order by a.place) into v_actions
  from jsonb_array_elements(p_decision.actions) with ordinality a (action, place);
  v_delay := case when coalesce(v_rule.document ->> 'execution', 'in_order') = 'in_order'
    then coalesce((v_rule.document ->> 'delay_between_actions_seconds')::numeric, 0) else 0 end;
  if v_delay > 0 then
    v_later := v_actions - 0;
    v_actions := jsonb_build_array(v_actions -> 0);
  end if;

  v_done := trimtab.carry_out_actions(
    p_org_id, v_rule, v_actions, p_decision.campaign_id, p_event,
    jsonb_build_object(
      'rule_id', p_decision.rule_id, 'rule_name', p_decision.rule_name, 'rule_version', p_decision.rule_version,
      'run_id', p_run_id, 'execution_id', v_execution.id, 'reason', p_decision.reason,
      'confidence_score', p_decision.confidence_score, 'evidence', p_decision.evidence),
    p_as_of);

  if v_later <> '[]' then
    if v_done @> '[{"status": "failure"}]' and coalesce((v_rule.document ->> 'stop_on_error')::boolean, true) then
      v_done := v_done || (
        select jsonb_agg(jsonb_build_object(
          'place', l.item -> 'place', 'type', l.item #> '{action,type}', 'parameters', (l.item -> 'action') - 'type' - 'plan',
          'status', 'skipped', 'error_message', 'An action before it failed.') order by l.number)
        from jsonb_array_elements(v_later) with ordinality l (item, number));
    else
      insert into trimtab.delayed_actions (org_id, execution_id, place, action, context, due_at)
      select p_org_id, v_execution.id, (l.item ->> 'place')::integer, l.item -> 'action',
             jsonb_build_object('event', p_event, 'evidence', p_decision.evidence),
             p_as_of + l.number * v_delay * interval '1 second'
      from jsonb_array_elements(v_later) with ordinality l (item, number);
      v_done := v_done || (
        select jsonb_agg(jsonb_build_object(
          'place', l.item -> 'place', 'type', l.item #> '{action,type}', 'parameters', (l.item -> 'action') - 'type' - 'plan',
          'status', 'waiting', 'due_at', p_as_of + l.number * v_delay * interval '1 second') order by l.number)
        from jsonb_array_elements(v_later) with ordinality l (item, number));
    end if;
  end if;
  return trimtab.write_outcome(p_org_id, v_execution.id, v_done, p_as_of, v_started);
end
$$;
comment on function trimtab.execute_decision(uuid, trimtab.decision, timestamptz, uuid, text, jsonb) is
  'Carries out a decision that no gate held back and writes its row of automation_executions, which is returned; null when the rule was executed for this event before. With a delay between actions the first is carried out and the others wait (delayed_actions). For the system''s own functions, under the organization''s lock.';
grant execute on function trimtab.execute_decision(uuid, trimtab.decision, timestamptz, uuid, text, jsonb) to trimtab_definer;
