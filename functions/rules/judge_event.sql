create or replace function trimtab.judge_event(
  p_org_id uuid,
  p_event jsonb,
  p_as_of timestamptz,
  p_run_id uuid,
  out execution_ids uuid[],
  out holds trimtab.decision[]
)
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_decided record;
  v_broken trimtab.automation_executions;
  v_fault jsonb;
  v_cause uuid;
begin
  v_decided := trimtab.decide_soundly(p_org_id, p_as_of, p_event);
  -- A rule that waits for changes must not set itself off by its own: each time the bid would rise once more.
  if p_event ->> 'type' like 'campaign.%' and p_event #>> '{payload,change_id}' ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$' then
    select c.rule_id into v_cause
    from trimtab.campaign_changes c
    where c.org_id = p_org_id and c.id = (p_event #>> '{payload,change_id}')::uuid;
  end if;
  select x.execution_ids, x.holds into execution_ids, holds
  from trimtab.execute_decisions(
    p_org_id, array(select d from unnest(v_decided.decisions) d where d.rule_id is distinct from v_cause),
    p_as_of, p_run_id, 'event', p_event) x;
  foreach v_fault in array v_decided.faults loop
    v_broken := trimtab.record_broken_rule(
      p_org_id, (v_fault ->> 'rule_id')::uuid, null, p_event, v_fault ->> 'code', v_fault ->> 'message', p_as_of, p_run_id, 'event');
    if v_broken.id is not null then
      execution_ids := array_append(execution_ids, v_broken.id);
    end if;
  end loop;
end
$$;
comment on function trimtab.judge_event(uuid, jsonb, timestamptz, uuid) is
  'Judges one event, {id, type, occurred_at, subject_type, subject_id, payload}, by the rules that wait for its type, and acts. Each rule is executed for an event once (id), and never for a change of a campaign that it made itself. Returns the executions and what gates held back. For the system''s own functions, under the organization''s lock.';
grant execute on function trimtab.judge_event(uuid, jsonb, timestamptz, uuid) to trimtab_definer;

create or replace function trimtab.judge_event(p_org_id uuid, p_event jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz;
  v_judged record;
  v_outcome jsonb;
begin
  perform trimtab.lock_organization(p_org_id);
  v_now := greatest(trimtab.clock(), (select max(c.executed_at) from trimtab.campaign_changes c where c.org_id = p_org_id));
  -- While automation stands still the event waits; a run judges it when it goes on within a day.
  if trimtab.automation_stop(p_org_id) is not null then
    return '{"judged": false, "stopped": true}';
  end if;
  delete from trimtab.waiting_events w where w.org_id = p_org_id and w.event_id = (p_event ->> 'id')::bigint;
  if not exists (
    select from trimtab.automation_rules r
    where r.org_id = p_org_id and r.event_type = p_event ->> 'type' and r.status in ('active', 'shadow')
  ) then
    return '{"judged": true, "executed": 0, "shadowed": 0, "held_back": 0, "failed": 0}';
  end if;
  perform trimtab.refresh_signals(p_org_id);
  v_judged := trimtab.judge_event(p_org_id, p_event, v_now, null);
  perform trimtab.record_failures(p_org_id, v_judged.execution_ids, null);
  perform trimtab.record_holds(p_org_id, v_judged.holds, v_now);
  perform trimtab.count_executions(p_org_id, v_judged.execution_ids);
  select jsonb_build_object(
      'judged', true,
      'executed', count(*) filter (where e.mode = 'active' and e.status <> 'skipped'),
      'shadowed', count(*) filter (where e.mode = 'shadow' and e.error_code is null),
      'held_back', cardinality(v_judged.holds),
      'failed', count(*) filter (where e.error_code is not null))
    into v_outcome
  from trimtab.automation_executions e
  where e.org_id = p_org_id and e.id = any (v_judged.execution_ids);
  return v_outcome;
end
$$;
comment on function trimtab.judge_event(uuid, jsonb) is
  'Judges an event as soon as it comes, {id, type, occurred_at, subject_type, subject_id, payload}, under the organization''s lock, and acts. Returns {judged, executed, shadowed, held_back, failed}, or {judged: false, stopped: true} while automation is switched off: then the event waits for a run. For the system''s own functions.';
grant execute on function trimtab.judge_event(uuid, jsonb) to trimtab_definer;
