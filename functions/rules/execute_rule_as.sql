create or replace function trimtab.execute_rule_as(
  p_org_id uuid,
  p_rule_id uuid,
  p_campaign_ids uuid[],
  p_trigger text,
  p_event jsonb default null
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz;
  v_rule trimtab.automation_rules;
  v_stop text;
  v_decisions trimtab.decision[];
  v_done record;
  v_outcome jsonb;
begin
  perform trimtab.lock_organization(p_org_id);
  v_now := greatest(trimtab.clock(), (select max(c.executed_at) from trimtab.campaign_changes c where c.org_id = p_org_id));
  v_rule := trimtab.find_rule(p_org_id, p_rule_id);
  if v_rule.status not in ('active', 'shadow') or v_rule.trigger_kind = 'event' then
    raise exception 'the rule "%" cannot be executed %', v_rule.name,
        case p_trigger when 'person' then 'by hand' else format('by a %s', p_trigger) end
      using errcode = 'TT037',
            detail = case when v_rule.trigger_kind = 'event' then format('It is judged when an event %s comes.', v_rule.event_type)
              else format('It is %s.', v_rule.status) end,
            hint = case when v_rule.trigger_kind = 'event' then format('select trimtab.submit_event(%L, ''{…}'').', v_rule.event_type)
              else 'select trimtab.set_rule_status(…, ''active'').' end;
  end if;
  v_stop := trimtab.automation_stop(p_org_id);
  if v_stop is not null then
    return jsonb_build_object('stopped', true, 'stop_reason', v_stop, 'executed', 0, 'shadowed', 0, 'held_back', 0, 'failed', 0);
  end if;
  perform trimtab.refresh_signals(p_org_id);
  v_decisions := array(
    select d
    from trimtab.decide(
      p_org_id, v_now, null, p_event, p_campaign_ids, array[v_rule],
      array(select t from trimtab.rule_terms t where t.org_id = p_org_id and t.rule_id = p_rule_id order by t.term)) d);
  select * into v_done from trimtab.execute_decisions(p_org_id, v_decisions, v_now, null, p_trigger, p_event);
  perform trimtab.record_failures(p_org_id, v_done.execution_ids, null);
  perform trimtab.record_holds(p_org_id, v_done.holds, v_now);
  perform trimtab.count_executions(p_org_id, v_done.execution_ids);
  select jsonb_build_object(
      'executed', count(*) filter (where e.mode = 'active' and e.status <> 'skipped'),
      'shadowed', count(*) filter (where e.mode = 'shadow' and e.error_code is null),
      'held_back', cardinality(v_done.holds),
      'failed', count(*) filter (where e.error_code is not null))
    into v_outcome
  from trimtab.automation_executions e
  where e.org_id = p_org_id and e.id = any (v_done.execution_ids);
  return v_outcome;
end
$$;
comment on function trimtab.execute_rule_as(uuid, uuid, uuid[], text, jsonb) is
  'Judges one rule of an organization now, for all its campaigns or some (p_campaign_ids; null: all), and acts, as a run would; gates, cooldowns and limits hold for it too, but no other rule''s priority. p_trigger: what set it off (person, schedule, trigger), as automation_executions.trigger_source will say. p_event: the event that did, {id, type, occurred_at, subject_type, subject_id, payload}; for one with an id the rule is executed once. Returns {executed, shadowed, held_back, failed}, with stopped and stop_reason while a stop switch is on. Takes the organization''s lock. For the system''s own functions. Errors: TT031 unknown, TT037 an event''s rule or one that is not active or in shadow, 55P03.';
grant execute on function trimtab.execute_rule_as(uuid, uuid, uuid[], text, jsonb) to trimtab_definer;
