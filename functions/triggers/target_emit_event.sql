create or replace function trimtab.target_emit_event(p_org_id uuid, p_target jsonb, p_events jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_subjects integer := (
    select count(distinct (e.document ->> 'subject_type', e.document ->> 'subject_id')) from jsonb_array_elements(p_events) e (document));
  v_id bigint;
begin
  v_id := trimtab.emit_event(
    p_org_id,
    p_target ->> 'event',
    jsonb_build_object('event_count', p_context -> 'event_count')
      || case when jsonb_typeof(p_target -> 'payload') = 'object' then p_target -> 'payload' else '{}' end
      -- Behind the trigger's own, so that nobody can hide where it came from.
      || jsonb_build_object('caused_by', jsonb_build_object(
        'trigger_id', p_context -> 'trigger_id', 'trigger', p_context -> 'trigger', 'firing_id', p_context -> 'firing_id',
        'event_id', p_events -> -1 -> 'id', 'depth', p_context -> 'depth')),
    case when v_subjects = 1 then p_events -> -1 ->> 'subject_type' end,
    case when v_subjects = 1 then (p_events -> -1 ->> 'subject_id')::uuid end,
    'trigger');
  return jsonb_build_object('event', p_target -> 'event', 'event_id', v_id);
end
$$;
comment on function trimtab.target_emit_event(uuid, jsonb, jsonb, jsonb) is
  'Target emit_event {event, payload}: writes an event to the journal, about what all the events are about, with the payload given, event_count and caused_by {trigger_id, trigger, firing_id, event_id, depth}. {event, event_id}.';
grant execute on function trimtab.target_emit_event(uuid, jsonb, jsonb, jsonb) to trimtab_definer;
