create or replace function trimtab.run_organization(p_org_id uuid, p_trigger text default 'clock')
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  -- definer: takes the run-time lock and writes runs and held decisions, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
declare
  v_now timestamptz;
  v_trigger text := case when (select c.login_kind from trimtab.session_context() c) = 'engine' then p_trigger else 'person' end;
  v_organization trimtab.organizations;
  v_run_id uuid := gen_random_uuid();
  v_previous trimtab.autopilot_runs;
  v_decision record;
  -- Arrays, not jsonb: that would be copied as a whole for each element added.
  v_holds jsonb[] := '{}';
  v_failures jsonb[] := '{}';
  v_impact text;
  v_paused integer := 0;
  v_scaled integer := 0;
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

  -- Without guardrails nothing is done either.
  if (select g.autopilot_enabled from trimtab.guardrails g where g.org_id = p_org_id) is not true then
    return jsonb_build_object('success', true, 'timestamp', v_now, 'stopped', true,
      'actions_taken', jsonb_build_object('campaigns_paused', 0, 'campaigns_scaled', 0, 'opportunities_detected', 0));
  end if;
  perform trimtab.refresh_signals(p_org_id);

  for v_decision in select * from trimtab.decide(p_org_id, v_now) loop
    -- That a rule has acted on these very facts already is no decision held back.
    continue when v_decision.gate = 'same_facts';
    if v_decision.gate is not null then
      v_holds := array_append(v_holds, to_jsonb(v_decision));
      continue;
    end if;
    -- The loop isolates failures: one campaign that cannot be changed costs the others nothing.
    begin
      select i.expected_impact, v_decision.evidence || jsonb_build_object('expected', i.expected)
        into v_impact, v_decision.evidence
      from trimtab.campaigns c
      join trimtab.campaign_signals s on s.org_id = c.org_id and s.campaign_id = c.id
      cross join lateral (
        select p.* from trimtab.pause_impact(s.signals, v_organization.currency) p where v_decision.action_type = 'auto_pause'
        union all
        select p.* from trimtab.scale_impact(s.signals, c, v_decision.new_budget) p where v_decision.action_type = 'auto_scale_up'
      ) i
      where c.org_id = p_org_id and c.id = v_decision.campaign_id;

      if v_decision.action_type = 'auto_pause' then
        perform trimtab.pause_campaign_as(
          p_org_id => p_org_id, p_campaign_id => v_decision.campaign_id, p_reason => v_decision.reason,
          p_confidence => v_decision.confidence_score, p_origin => 'rule', p_evidence => v_decision.evidence, p_expected_impact => v_impact,
          p_rule_id => v_decision.rule_id, p_rule_version => v_decision.rule_version, p_run_id => v_run_id);
      else
        perform trimtab.scale_campaign_as(
          p_org_id => p_org_id, p_campaign_id => v_decision.campaign_id, p_new_budget => v_decision.new_budget,
          p_reason => v_decision.reason, p_confidence => v_decision.confidence_score, p_origin => 'rule',
          p_evidence => v_decision.evidence, p_expected_impact => v_impact, p_rule_id => v_decision.rule_id,
          p_rule_version => v_decision.rule_version, p_run_id => v_run_id);
      end if;
      if v_decision.evidence #> '{action,notify_admin}' = 'true' then
        perform trimtab.emit_event(p_org_id, 'rule.admin_notice',
          jsonb_build_object('rule_id', v_decision.rule_id, 'run_id', v_run_id, 'action_type', v_decision.action_type, 'reason', v_decision.reason),
          'campaign', v_decision.campaign_id);
      end if;
      -- Counted last: a variable keeps its value when the block is undone.
      v_paused := v_paused + (v_decision.action_type = 'auto_pause')::integer;
      v_scaled := v_scaled + (v_decision.action_type = 'auto_scale_up')::integer;
    exception
      -- The whole transaction saw an old state: it has to be tried again, not to be recorded.
      when serialization_failure then
        raise;
      when others then
        get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
        v_failures := array_append(v_failures, to_jsonb(v_decision) || jsonb_build_object('code', v_code, 'message', v_message));
    end;
  end loop;

  begin
    v_found := trimtab.store_detected_opportunities(p_org_id, v_now);
  exception when others then
    get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
    v_detection_error := jsonb_build_object('code', v_code, 'message', v_message);
  end;

  v_result := jsonb_build_object(
    'success', v_detection_error is null,
    'timestamp', v_now,
    'actions_taken', jsonb_build_object(
      'campaigns_paused', v_paused, 'campaigns_scaled', v_scaled, 'opportunities_detected', v_found),
    'held_back', cardinality(v_holds),
    'failed', cardinality(v_failures),
    'knowledge_revision', v_organization.knowledge_revision)
    || case when v_detection_error is null then '{}' else jsonb_build_object('detection_error', v_detection_error) end;

  select r.* into v_previous
  from trimtab.autopilot_runs r
  where r.org_id = p_org_id
  order by r.last_run_at desc
  limit 1;
  v_status := case when v_failures <> '{}' or v_detection_error is not null then 'partial' else 'success' end;
  if v_paused + v_scaled + v_found = 0
     and (v_previous.status, v_previous.trigger, v_previous.knowledge_revision, v_previous.failed)
         = (v_status, v_trigger, v_organization.knowledge_revision, cardinality(v_failures)) then
    v_run_id := v_previous.id;
    update trimtab.autopilot_runs r
    set run_count = r.run_count + 1, last_run_at = v_now
    where r.org_id = p_org_id and r.id = v_run_id;
  else
    insert into trimtab.autopilot_runs (
      org_id, id, trigger, status, as_of, knowledge_revision, campaigns_paused, campaigns_scaled, opportunities_detected,
      held_back, failed, result, user_id, login, started_at, last_run_at)
    values (
      p_org_id, v_run_id, v_trigger, v_status, v_now, v_organization.knowledge_revision, v_paused, v_scaled, v_found,
      cardinality(v_holds), cardinality(v_failures), v_result, trimtab.current_user_id(), session_user, v_now, v_now);
    perform trimtab.emit_event(p_org_id, 'autopilot.run_finished', v_result, 'run', v_run_id);
  end if;

  perform trimtab.record_failed_action(
    p_org_id => p_org_id, p_campaign_id => f.campaign_id, p_action_type => f.action_type, p_reason => f.reason,
    p_error_code => f.code, p_error_message => f.message,
    p_wanted => case
      when f.action_type = 'auto_pause' then jsonb_build_object('status', 'paused')
      else jsonb_build_object(case when c.budget is null then 'daily_budget' else 'budget' end, f.new_budget)
    end,
    p_confidence => f.confidence_score, p_evidence => f.evidence,
    p_rule_id => f.rule_id, p_rule_version => f.rule_version, p_run_id => v_run_id)
  from unnest(v_failures) u (failure)
  cross join lateral jsonb_to_record(u.failure) f (
    rule_id uuid, campaign_id uuid, rule_version integer, action_type text, reason text, evidence jsonb,
    confidence_score numeric, new_budget numeric, code text, message text)
  join trimtab.campaigns c on c.org_id = p_org_id and c.id = f.campaign_id;

  insert into trimtab.held_decisions (
    org_id, rule_id, campaign_id, rule_version, code, reason, evidence, confidence_score, first_held_at, last_held_at, last_run_id)
  select p_org_id, h.rule_id, h.campaign_id, h.rule_version, h.gate, concat_ws(' ', h.reason, h.gate_reason), h.evidence,
         h.confidence_score, v_now, v_now, v_run_id
  from unnest(v_holds) u (hold)
  cross join lateral jsonb_to_record(u.hold) h (
    rule_id uuid, campaign_id uuid, rule_version integer, gate text, reason text, gate_reason text, evidence jsonb, confidence_score numeric)
  on conflict (org_id, rule_id, campaign_id, rule_version, code, mode) do update
  set hold_count = held_decisions.hold_count + 1, last_held_at = excluded.last_held_at, last_run_id = excluded.last_run_id,
      reason = excluded.reason, evidence = excluded.evidence, confidence_score = excluded.confidence_score;

  return v_result || jsonb_build_object('run_id', v_run_id);
end
$$;
comment on function trimtab.run_organization(uuid, text) is
  'One run of the autopilot for the organization of the context: decides, acts, stores opportunities, records what was held back. p_trigger: clock or person; only the engine may say clock. Returns {success, timestamp, actions_taken {campaigns_paused, campaigns_scaled, opportunities_detected}, held_back, failed, knowledge_revision, run_id}. Running it again on the same facts changes nothing and adds no row. Errors: TT001–TT004, 55P03 when another holds the organization for five seconds.';
alter function trimtab.run_organization(uuid, text) owner to trimtab_definer;
grant execute on function trimtab.run_organization(uuid, text) to trimtab_engine, trimtab_user;
