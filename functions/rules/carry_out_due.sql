create or replace function trimtab.carry_out_due(p_org_id uuid, p_as_of timestamptz, p_run_id uuid default null)
  returns uuid[]
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_next record;
  v_due trimtab.delayed_actions;
  v_execution trimtab.automation_executions;
  v_rule trimtab.automation_rules;
  v_changes text;
  v_reason text;
  v_started timestamptz;
  v_done jsonb;
  v_rest jsonb;
  v_delay interval;
  v_stops boolean;
  v_code text;
  v_message text;
  v_completed uuid[] := '{}';
begin
  for v_next in
    select d.execution_id, d.place
    from trimtab.delayed_actions d
    where d.org_id = p_org_id and d.due_at <= p_as_of
    order by d.due_at, d.execution_id, d.place
  loop
    -- What went before may have put it off or ended it.
    delete from trimtab.delayed_actions d
    where d.org_id = p_org_id and d.execution_id = v_next.execution_id and d.place = v_next.place and d.due_at <= p_as_of
    returning * into v_due;
    continue when not found;
    v_started := trimtab.stopwatch();
    select e.* into v_execution from trimtab.automation_executions e where e.org_id = p_org_id and e.id = v_due.execution_id;
    select r.* into v_rule from trimtab.automation_rules r where r.org_id = p_org_id and r.id = v_execution.rule_id;
    select coalesce(v.changes, 'nothing') into v_changes
    from trimtab.rule_vocabulary v where v.kind = 'action' and v.code = v_due.action ->> 'type';

    -- Time has passed: what the rule decided then must still make sense.
    v_reason := case
      when v_due.due_at < p_as_of - interval '1 day' then format('It was due at %s; it is too late for it.', v_due.due_at)
      when v_rule.status <> 'active' then format('The rule is %s now.', v_rule.status)
      when v_rule.version <> v_execution.rule_version and v_rule.document -> 'actions' is distinct from (
        select w.document -> 'actions' from trimtab.rule_versions w
        where w.org_id = p_org_id and w.rule_id = v_rule.id and w.version = v_execution.rule_version)
        then 'The rule''s actions were changed in the meantime.'
    end;
    if v_reason is null and v_execution.campaign_id is not null and v_changes <> 'nothing' then
      select case
          when not c.autonomous_enabled then 'The campaign has autonomous_enabled = false.'
          when c.ends_at <= p_as_of then format('The campaign ended at %s.', c.ends_at)
          when c.status <> case v_due.action ->> 'type' when 'resume_campaign' then 'paused' else 'active' end
            then format('The campaign is %s now.', c.status)
          else coalesce((
              select format('The campaign was changed (%s) at %s.', h.origin, h.executed_at)
              from trimtab.campaign_changes h
              where h.org_id = p_org_id and h.campaign_id = c.id and h.origin <> 'rule' and h.executed_at > v_execution.executed_at
              order by h.number desc
              limit 1),
            case when v_due.action #> '{plan,from}' <> coalesce(to_jsonb(a.present), 'null')
              then format('The amount was planned from %s; it is %s now.', v_due.action #>> '{plan,from}', coalesce(trim_scale(a.present)::text, 'nothing')) end)
        end
        into v_reason
      from trimtab.campaigns c
      cross join lateral (select case v_changes when 'bid' then c.bid else coalesce(c.budget, c.daily_budget) end as present) a
      where c.org_id = p_org_id and c.id = v_execution.campaign_id;
    end if;

    if v_reason is not null then
      v_done := jsonb_build_array(jsonb_build_object('status', 'skipped', 'error_message', v_reason)
        || (select a.action - 'status' - 'due_at'
            from jsonb_array_elements(v_execution.actions_executed) a (action)
            where (a.action ->> 'place')::integer = v_due.place));
    else
      begin
        v_done := trimtab.carry_out_actions(
          p_org_id, v_rule, jsonb_build_array(jsonb_build_object('place', v_due.place, 'action', v_due.action)),
          v_execution.campaign_id, v_due.context -> 'event',
          jsonb_build_object(
            'rule_id', v_rule.id, 'rule_name', v_rule.name, 'rule_version', v_execution.rule_version,
            'run_id', coalesce(p_run_id, v_execution.run_id), 'execution_id', v_execution.id,
            'reason', v_execution.context -> 'reason', 'confidence_score', v_execution.confidence_score,
            'evidence', v_due.context -> 'evidence'),
          p_as_of);
      exception
        when serialization_failure then
          raise;
        when others or assert_failure then
          get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
          v_done := jsonb_build_array(jsonb_build_object(
            'place', v_due.place, 'type', v_due.action -> 'type', 'status', 'failure', 'error_code', v_code, 'error_message', v_message));
      end;
    end if;

    v_rest := coalesce((
      select jsonb_agg(a.action order by a.number)
      from jsonb_array_elements(v_execution.actions_executed) with ordinality a (action, number)
      where (a.action ->> 'place')::integer <> v_due.place), '[]');
    v_delay := coalesce((v_rule.document ->> 'delay_between_actions_seconds')::numeric, 0) * interval '1 second';
    v_stops := coalesce((v_rule.document ->> 'stop_on_error')::boolean, true);
    if v_stops and v_done @> '[{"status": "failure"}]' then
      delete from trimtab.delayed_actions d where d.org_id = p_org_id and d.execution_id = v_execution.id;
      select jsonb_agg(case a.action ->> 'status'
          when 'waiting' then a.action - 'due_at' || '{"status": "skipped", "error_message": "An action before it failed."}'
          else a.action end order by a.number)
        into v_rest
      from jsonb_array_elements(v_rest) with ordinality a (action, number);
    else
      -- The delay lies between two actions, whenever the one before was carried out.
      update trimtab.delayed_actions d
      set due_at = greatest(d.due_at, p_as_of + (d.place - v_due.place) * v_delay)
      where d.org_id = p_org_id and d.execution_id = v_execution.id;
    end if;
    v_execution := trimtab.write_outcome(
      p_org_id, v_execution.id,
      (select jsonb_agg(a.action order by (a.action ->> 'place')::integer, a.number)
       from jsonb_array_elements(v_rest || v_done) with ordinality a (action, number)),
      p_as_of, v_started);
    if v_execution.completed_at is not null then
      v_completed := array_append(v_completed, v_execution.id);
    end if;
  end loop;
  return v_completed;
end
$$;
comment on function trimtab.carry_out_due(uuid, timestamptz, uuid) is
  'Carries out the actions of earlier executions whose delay is over, and returns the ids of the executions that are complete with that. An action is skipped, with its reason, when it has been due for more than a day (automation stood still), when the rule is not active any more or its actions were changed, or when the campaign was opted out, changed by somebody else, is not in a state for it, or has another amount than the one planned from. For the system''s own functions, under the organization''s lock.';
grant execute on function trimtab.carry_out_due(uuid, timestamptz, uuid) to trimtab_definer;
