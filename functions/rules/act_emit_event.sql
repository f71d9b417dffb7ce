create or replace function trimtab.act_emit_event(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 5;
  v_depth integer := 1 + case when jsonb_typeof(p_context #> '{event,payload,caused_by,depth}') = 'number'
    then least(greatest((p_context #>> '{event,payload,caused_by,depth}')::numeric, 0), 1000)::integer else 0 end;
  v_fault text;
  v_id bigint;
begin
  v_fault := trimtab.event_type_fault(p_action ->> 'event');
  if v_fault is not null or v_depth > c_most then
    raise exception 'a rule cannot write this event'
      using errcode = 'TT067',
            detail = coalesce(v_fault, format('It would be event %s in a chain of rules'' events that set each other off; %s are allowed.', v_depth, c_most)),
            hint = 'A dotted type of your own such as team.budget_reviewed.';
  end if;
  v_id := trimtab.emit_event(
    p_org_id,
    p_action ->> 'event',
    jsonb_strip_nulls(jsonb_build_object(
      'campaign_id', p_context -> 'campaign_id',
      'campaign_ids', case when p_context ->> 'campaign_id' is null then nullif(p_context -> 'campaign_ids', '[]') end,
      'reason', p_context -> 'reason'))
    || case when jsonb_typeof(p_action -> 'payload') = 'object' then p_action -> 'payload' else '{}' end
    -- Behind the rule's own, so that nobody can hide where it came from.
    || jsonb_build_object('caused_by', jsonb_build_object(
      'rule_id', p_context -> 'rule_id', 'rule_name', p_context -> 'rule_name', 'execution_id', p_context -> 'execution_id',
      'event_id', p_context #> '{event,id}', 'depth', v_depth)),
    case when p_context ->> 'campaign_id' is not null then 'campaign' end,
    (p_context ->> 'campaign_id')::uuid,
    'rule',
    trimtab.step_key(p_context));
  return jsonb_strip_nulls(jsonb_build_object('event', p_action -> 'event', 'event_id', v_id));
end
$$;
comment on function trimtab.act_emit_event(uuid, jsonb, jsonb) is
  'Handler of the action emit_event {event, payload}: writes an event to the journal, about the campaign, with the payload given, the campaign, the reason and caused_by {rule_id, rule_name, execution_id, event_id, depth}; {event, event_id}. Written once a step of an execution. Errors: TT067 a type that is not the organization''s to use, or the sixth of a chain of rules that set each other off by events.';
grant execute on function trimtab.act_emit_event(uuid, jsonb, jsonb) to trimtab_definer;
