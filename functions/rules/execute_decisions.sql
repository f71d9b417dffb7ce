create or replace function trimtab.execute_decisions(
  p_org_id uuid,
  p_decisions trimtab.decision[],
  p_as_of timestamptz,
  p_run_id uuid,
  p_source text,
  p_event jsonb default null,
  out execution_ids uuid[],
  out holds trimtab.decision[]
)
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_decision trimtab.decision;
  v_execution trimtab.automation_executions;
  v_code text;
  v_message text;
begin
  -- That a rule has acted on these very facts already is no decision held back, unless something else has happened.
  holds := array(select d from unnest(p_decisions) d where d.gate <> 'same_facts' or p_event is not null and d.gate is not null);
  execution_ids := '{}';

  -- The loop isolates failures: what goes wrong with one decision costs the others nothing.
  for v_decision in select d.* from unnest(p_decisions) d where d.gate is null and d.mode = 'active' loop
    begin
      v_execution := trimtab.execute_decision(p_org_id, v_decision, p_as_of, p_run_id, p_source, p_event);
    exception
      when serialization_failure then
        raise;
      when sqlstate 'TT018' then
        -- Other decisions of this run have used up the room: it is held back, whole.
        v_decision.gate := case v_decision.action_type when 'auto_pause' then 'pause_share' else 'envelope' end;
        v_decision.gate_reason := sqlerrm;
        holds := holds || v_decision;
        continue;
      when others or assert_failure then
        get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
        v_execution := trimtab.record_broken_rule(
          p_org_id, v_decision.rule_id, v_decision.campaign_id, p_event, v_code, v_message, p_as_of, p_run_id, p_source);
    end;
    continue when v_execution.id is null;
    execution_ids := array_append(execution_ids, v_execution.id);
    -- Campaigns of an event that a gate kept out of it.
    if v_decision.campaign_id is null then
      holds := holds || array(
        select row(v_decision.rule_id, v_decision.rule_name, v_decision.rule_version, v_decision.mode, v_decision.priority,
          (a.action ->> 'campaign_id')::uuid, a.action ->> 'campaign_title', v_decision.action_type, a.action ->> 'gate',
          a.action ->> 'error_message', v_decision.confidence_score, null, null, null, v_decision.reason, v_decision.actions,
          v_decision.evidence, v_decision.facts_revision)::trimtab.decision
        from jsonb_array_elements(v_execution.actions_executed) a (action)
        where a.action ? 'gate');
    end if;
  end loop;

  -- In shadow a rule leaves a record of what it would have done, and touches nothing.
  with shadow as (
    insert into trimtab.automation_executions (
      org_id, mode, rule_id, rule_version, entity_type, campaign_id, event_id, run_id, trigger_source, status, confidence_score,
      facts_revision, conditions_evaluated, actions_executed, results, context, executed_at, completed_at, duration_ms, user_id, login)
    select
      p_org_id, 'shadow', d.rule_id, d.rule_version, case when d.campaign_id is null then 'event' else 'campaign' end, d.campaign_id,
      (p_event ->> 'id')::bigint, p_run_id, p_source, 'skipped', d.confidence_score, d.facts_revision,
      coalesce(nullif(d.evidence -> 'conditions', 'null'), '[]'), a.actions, (trimtab.outcome_of(a.actions)).results,
      jsonb_strip_nulls(jsonb_build_object(
        'rule_name', d.rule_name, 'reason', d.reason, 'campaign_title', d.campaign_title,
        'event', case when p_event ? 'id' then p_event - 'payload' else p_event end,
        'known', d.evidence -> 'known', 'facts_end_at', d.evidence -> 'facts_end_at')),
      p_as_of, p_as_of, 0, trimtab.current_user_id(), session_user
    from unnest(p_decisions) d
    join trimtab.automation_rules r on r.org_id = p_org_id and r.id = d.rule_id
    cross join lateral (
      select coalesce(jsonb_agg(jsonb_strip_nulls(jsonb_build_object(
          'place', s.place, 'type', s.action -> 'type', 'parameters', s.action - 'type' - 'plan', 'plan', s.action -> 'plan',
          'campaign_id', s.campaign_id, 'campaign_title', case when d.campaign_id is null then s.campaign_title end,
          'gate', s.gate, 'status', 'skipped', 'error_message', s.gate_reason)) order by s.place), '[]') as actions
      from trimtab.steps_of(
        p_org_id, r,
        (select jsonb_agg(jsonb_build_object('place', o.place, 'action', o.action))
         from jsonb_array_elements(d.actions) with ordinality o (action, place)),
        d.campaign_id, p_event, p_as_of) s
    ) a
    where d.gate is null and d.mode = 'shadow'
    on conflict (org_id, rule_id, event_id, campaign_id) where event_id is not null do nothing
    returning id
  )
  select execution_ids || coalesce(array_agg(s.id), '{}') into execution_ids
  from shadow s;
end
$$;
comment on function trimtab.execute_decisions(uuid, trimtab.decision[], timestamptz, uuid, text, jsonb) is
  'Does what decisions without a gate say: carries out those of active rules, records those of shadow ones. Returns the ids of the executions and what gates held back (with a row for each campaign that an event''s rule had to leave alone), for record_holds(). p_source: person, clock, event, schedule or trigger. For the system''s own functions, under the organization''s lock.';
grant execute on function trimtab.execute_decisions(uuid, trimtab.decision[], timestamptz, uuid, text, jsonb) to trimtab_definer;
