create or replace function trimtab.execute_rule(p_rule_id uuid, p_campaign_ids uuid[] default null)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  -- definer: takes the run-time lock and writes executions and held decisions, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
declare
  v_org_id uuid := trimtab.require_org('manager');
  v_now timestamptz;
  v_rule trimtab.automation_rules;
  v_stop text;
  v_decisions trimtab.decision[];
  v_done record;
  v_outcome jsonb;
begin
  perform trimtab.lock_organization(v_org_id);
  v_now := greatest(trimtab.clock(), (select max(c.executed_at) from trimtab.campaign_changes c where c.org_id = v_org_id));
  v_rule := trimtab.find_rule(v_org_id, p_rule_id);
  if v_rule.status not in ('active', 'shadow') or v_rule.trigger_kind = 'event' then
    raise exception 'the rule "%" cannot be executed by hand', v_rule.name
      using errcode = 'TT037',
            detail = case when v_rule.trigger_kind = 'event' then format('It is judged when an event %s comes.', v_rule.event_type)
              else format('It is %s.', v_rule.status) end,
            hint = case when v_rule.trigger_kind = 'event' then format('select trimtab.submit_event(%L, ''{…}'').', v_rule.event_type)
              else 'select trimtab.set_rule_status(…, ''active'').' end;
  end if;
  v_stop := trimtab.automation_stop(v_org_id);
  if v_stop is not null then
    return jsonb_build_object('stopped', true, 'stop_reason', v_stop, 'executed', 0, 'shadowed', 0, 'held_back', 0, 'failed', 0);
  end if;
  perform trimtab.refresh_signals(v_org_id);
  v_decisions := array(
    select d
    from trimtab.decide(
      v_org_id, v_now, null, null, p_campaign_ids, array[v_rule],
      array(select t from trimtab.rule_terms t where t.org_id = v_org_id and t.rule_id = p_rule_id order by t.term)) d);
  select * into v_done from trimtab.execute_decisions(v_org_id, v_decisions, v_now, null, 'person');
  perform trimtab.record_failures(v_org_id, v_done.execution_ids, null);
  perform trimtab.record_holds(v_org_id, v_done.holds, v_now);
  perform trimtab.count_executions(v_org_id, v_done.execution_ids);
  select jsonb_build_object(
      'executed', count(*) filter (where e.mode = 'active' and e.status <> 'skipped'),
      'shadowed', count(*) filter (where e.mode = 'shadow' and e.error_code is null),
      'held_back', cardinality(v_done.holds),
      'failed', count(*) filter (where e.error_code is not null))
    into v_outcome
  from trimtab.automation_executions e
  where e.org_id = v_org_id and e.id = any (v_done.execution_ids);
  return v_outcome;
end
$$;
comment on function trimtab.execute_rule(uuid, uuid[]) is
  'Judges one rule of the caller''s organization now, for all its campaigns or some (p_campaign_ids), and acts, as a run would (role manager). The way in which a rule with the trigger manual is executed; gates, cooldowns and limits hold for it too, but no other rule''s priority. Returns {executed, shadowed, held_back, failed}, with stopped and stop_reason while a stop switch is on. Errors: TT001–TT003, TT031 unknown, TT037 an event''s rule or one that is not active or in shadow, 55P03 when another holds the organization for five seconds.';
alter function trimtab.execute_rule(uuid, uuid[]) owner to trimtab_definer;
grant execute on function trimtab.execute_rule(uuid, uuid[]) to trimtab_user, trimtab_engine;
