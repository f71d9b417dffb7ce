create or replace function trimtab.run_organization(p_org_id uuid, p_trigger text default 'clock')
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  -- definer: takes the run-time lock and writes runs, executions and held decisions, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
declare
  v_now timestamptz;
  v_trigger text := case when (select c.login_kind from trimtab.session_context() c) = 'engine' then p_trigger else 'person' end;
  v_organization trimtab.organizations;
  v_stop text;
  v_run_id uuid := gen_random_uuid();
  v_previous trimtab.autopilot_runs;
  v_events record;
  v_decided record;
  v_done record;
  v_fault jsonb;
  v_broken trimtab.automation_executions;
  v_repeated integer := 0;
  v_executions uuid[] := '{}';
  v_holds trimtab.decision[];
  v_faults jsonb[];
  v_counts record;
  v_found integer := 0;
  v_code text;
  v_message text;
  v_detection_error jsonb;
  v_status text;
  v_result jsonb;
begin
  if p_org_id is distinct from trimtab.require_org('manager') then
    raise exception 'a run is for the organization of the session only'
      using errcode = 'TT004',
            detail = format('%s is not it.', coalesce(p_org_id::text, 'null')),
            hint = 'Call trimtab.run_autonomous_operations().';
  end if;
  -- Lock first, in a statement of its own; what follows sees all that an earlier run did.
  v_organization := trimtab.lock_organization(p_org_id);
  -- Whoever held the lock may have begun later than this transaction: what it did lies in the past all the same.
  v_now := greatest(trimtab.clock(), (select max(c.executed_at) from trimtab.campaign_changes c where c.org_id = p_org_id));

  v_stop := trimtab.automation_stop(p_org_id);
  if v_stop is not null then
    return jsonb_build_object('success', true, 'timestamp', v_now, 'stopped', true, 'stop_reason', v_stop,
      'actions_taken', jsonb_build_object('campaigns_paused', 0, 'campaigns_scaled', 0, 'opportunities_detected', 0));
  end if;
  perform trimtab.refresh_signals(p_org_id);
  v_faults := trimtab.call_handlers('run_before_deciding', p_org_id, v_now);

  -- What was begun earlier, then what came in between, then what is to be seen now.
  v_executions := trimtab.carry_out_due(p_org_id, v_now, v_run_id);
  v_events := trimtab.judge_waiting_events(p_org_id, v_now, v_run_id);
  v_decided := trimtab.decide_soundly(p_org_id, v_now);
  v_done := trimtab.execute_decisions(p_org_id, v_decided.decisions, v_now, v_run_id, v_trigger);
  v_executions := v_executions || v_events.execution_ids || v_done.execution_ids;
  -- Actions may have given up waiting for locks (perform_action()); what follows waits as before.
  perform set_config('lock_timeout', '5s', true);
  v_holds := v_events.holds || v_done.holds;
  v_faults := v_faults || v_events.faults;
  foreach v_fault in array v_decided.faults loop
    v_broken := trimtab.record_broken_rule(
      p_org_id, (v_fault ->> 'rule_id')::uuid, null, null, v_fault ->> 'code', v_fault ->> 'message', v_now, v_run_id, v_trigger);
    if v_broken.id is null then
      v_repeated := v_repeated + 1;
    else
      v_executions := array_append(v_executions, v_broken.id);
    end if;
  end loop;

  begin
    v_found := trimtab.store_detected_opportunities(p_org_id, v_now);
  exception when others or assert_failure then
    get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
    v_detection_error := jsonb_build_object('code', v_code, 'message', v_message);
  end;
  v_faults := v_faults || trimtab.call_handlers('run_after_acting', p_org_id, v_now);

  select count(distinct e.id) filter (where e.mode = 'active' and e.status <> 'skipped') as executed,
         count(distinct e.id) filter (where e.mode = 'shadow' and e.error_code is null) as shadowed,
         count(distinct e.id) filter (where e.error_code is not null) + v_repeated as failed,
         count(distinct e.id) filter (where e.status in ('success', 'partial') or e.mode = 'shadow' and e.error_code is null or e.completed_at is null) as news,
         count(*) filter (where a.action ->> 'status' = 'success' and a.action ->> 'type' = 'pause_campaign') as paused,
         count(*) filter (where a.action ->> 'status' = 'success' and a.action ->> 'type' = 'adjust_budget'
           and coalesce(a.action #>> '{plan,budget}', a.action #>> '{plan,daily_budget}')::numeric > (a.action #>> '{plan,from}')::numeric) as scaled
    into v_counts
  from trimtab.automation_executions e
  left join lateral jsonb_array_elements(e.actions_executed) a (action) on e.mode = 'active'
  where e.org_id = p_org_id and e.id = any (v_executions);

  v_result := jsonb_build_object(
    'success', v_detection_error is null and v_faults = '{}',
    'timestamp', v_now,
    'actions_taken', jsonb_build_object(
      'campaigns_paused', v_counts.paused, 'campaigns_scaled', v_counts.scaled, 'opportunities_detected', v_found),
    'executed', v_counts.executed,
    'shadowed', v_counts.shadowed,
    'held_back', cardinality(v_holds),
    'failed', v_counts.failed,
    'knowledge_revision', v_organization.knowledge_revision)
    || case when v_events.judged = 0 then '{}' else jsonb_build_object('events_judged', v_events.judged) end
    || case when v_faults = '{}' then '{}' else jsonb_build_object('errors', to_jsonb(v_faults)) end
    || case when v_detection_error is null then '{}' else jsonb_build_object('detection_error', v_detection_error) end;

  select r.* into v_previous
  from trimtab.autopilot_runs r
  where r.org_id = p_org_id
  order by r.last_run_at desc
  limit 1;
  v_status := case when v_counts.failed > 0 or v_faults <> '{}' or v_detection_error is not null then 'partial' else 'success' end;
  if v_counts.news + v_found = 0
     and (v_previous.status, v_previous.trigger, v_previous.knowledge_revision, v_previous.failed)
         = (v_status, v_trigger, v_organization.knowledge_revision, v_counts.failed) then
    update trimtab.autopilot_runs r
    set run_count = r.run_count + 1, last_run_at = v_now
    where r.org_id = p_org_id and r.id = v_previous.id;
    -- What failed again belongs to the row that counts this run.
    update trimtab.automation_executions e
    set run_id = v_previous.id
    where e.org_id = p_org_id and e.run_id = v_run_id and e.executed_at = v_now;
    v_run_id := v_previous.id;
  else
    insert into trimtab.autopilot_runs (
      org_id, id, trigger, status, as_of, knowledge_revision, campaigns_paused, campaigns_scaled, opportunities_detected,
      held_back, failed, executed, shadowed, result, user_id, login, started_at, last_run_at)
    values (
      p_org_id, v_run_id, v_trigger, v_status, v_now, v_organization.knowledge_revision, v_counts.paused, v_counts.scaled, v_found,
      cardinality(v_holds), v_counts.failed, v_counts.executed, v_counts.shadowed, v_result,
      trimtab.current_user_id(), session_user, v_now, v_now);
    perform trimtab.emit_event(p_org_id, 'autopilot.run_finished', v_result, 'run', v_run_id);
  end if;

  perform trimtab.record_failures(p_org_id, v_executions, v_run_id);
  perform trimtab.record_holds(p_org_id, v_holds, v_now, v_run_id);
  perform trimtab.count_executions(p_org_id, v_executions);
  return v_result || jsonb_build_object('run_id', v_run_id);
end
$$;
comment on function trimtab.run_organization(uuid, text) is
  'One run of the autopilot for the organization of the context: carries out what earlier executions left waiting, judges the events that came, decides, acts (rules in shadow only leave a record), stores opportunities, records what was held back. p_trigger: clock or person; only the engine may say clock. Returns {success, timestamp, actions_taken {campaigns_paused, campaigns_scaled, opportunities_detected}, executed, shadowed, held_back, failed, knowledge_revision, run_id}, and where there were any events_judged, errors [{part, code, message}], detection_error; with stopped and stop_reason while a stop switch is on. Running it again on the same facts changes nothing and adds no row. Errors: TT001–TT004, 55P03 when another holds the organization for five seconds.';
alter function trimtab.run_organization(uuid, text) owner to trimtab_definer;
grant execute on function trimtab.run_organization(uuid, text) to trimtab_engine, trimtab_user;
