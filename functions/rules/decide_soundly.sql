create or replace function trimtab.decide_soundly(
  p_org_id uuid,
  p_as_of timestamptz,
  p_event jsonb default null,
  out decisions trimtab.decision[],
  out faults jsonb[]
)
  language plpgsql
  stable
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_rule trimtab.automation_rules;
  v_terms trimtab.rule_terms[];
  v_sound trimtab.automation_rules[] := '{}';
  v_sound_terms trimtab.rule_terms[] := '{}';
  v_code text;
  v_message text;
begin
  faults := '{}';
  begin
    decisions := array(select d from trimtab.decide(p_org_id, p_as_of, null, p_event) d);
    return;
  exception
    when serialization_failure then
      raise;
    when others or assert_failure then
      get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
  end;

  -- All at once failed: each rule is tried alone, and those that can be judged are judged together.
  for v_rule in
    select r.*
    from trimtab.automation_rules r
    where r.org_id = p_org_id and r.status in ('active', 'shadow')
      and r.trigger_kind = case when p_event is null then 'run' else 'event' end
      and (p_event is null or r.event_type = p_event ->> 'type')
    order by r.id
  loop
    v_terms := array(select t from trimtab.rule_terms t where t.org_id = p_org_id and t.rule_id = v_rule.id order by t.term);
    begin
      perform from trimtab.decide(p_org_id, p_as_of, null, p_event, null, array[v_rule], v_terms);
      v_sound := array_append(v_sound, v_rule);
      v_sound_terms := v_sound_terms || v_terms;
    exception
      when serialization_failure then
        raise;
      when others or assert_failure then
        get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
        faults := array_append(faults, jsonb_build_object('rule_id', v_rule.id, 'rule_name', v_rule.name, 'code', v_code, 'message', v_message));
    end;
  end loop;
  if faults = '{}' then
    raise exception 'the rules cannot be judged: %', v_message
      using errcode = v_code,
            hint = 'No single rule fails alone.';
  end if;
  decisions := array(select d from trimtab.decide(p_org_id, p_as_of, null, p_event, null, v_sound, v_sound_terms) d);
end
$$;
comment on function trimtab.decide_soundly(uuid, timestamptz, jsonb) is
  'What decide() says, and when that fails, what it says without the rules that fail alone: those are in faults [{rule_id, rule_name, code, message}]. Errors: what decide() raises when no single rule is to blame.';
grant execute on function trimtab.decide_soundly(uuid, timestamptz, jsonb) to trimtab_definer;
