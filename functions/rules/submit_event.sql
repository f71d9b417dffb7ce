create or replace function trimtab.submit_event(
  p_type text,
  p_payload jsonb default '{}',
  p_subject_type text default null,
  p_subject_id uuid default null,
  p_dedupe_key text default null,
  p_occurred_at timestamptz default null
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  -- definer: writes the journal and lets rules act, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
  v_occurred_at timestamptz := coalesce(p_occurred_at, trimtab.clock());
  v_faults text[];
  v_id bigint;
begin
  v_faults := array_remove(array[
    'p_type: ' || trimtab.event_type_fault(p_type),
    case when jsonb_typeof(p_payload) is distinct from 'object'
      then format('p_payload: found %s, allowed an object', coalesce(jsonb_typeof(p_payload), 'null')) end,
    case when octet_length(p_payload::text) > 65536
      then format('p_payload: found %s bytes, allowed 65536', octet_length(p_payload::text)) end,
    case when (p_subject_type is null) <> (p_subject_id is null) then 'p_subject_type, p_subject_id: found one of them, allowed both or none' end,
    case when length(p_dedupe_key) > 200 then format('p_dedupe_key: found %s characters, allowed 200', length(p_dedupe_key)) end,
    case when length(p_subject_type) > 100 then format('p_subject_type: found %s characters, allowed 100', length(p_subject_type)) end,
    case when v_occurred_at = '-infinity' then 'p_occurred_at: found -infinity, allowed a time' end,
    case when v_occurred_at > trimtab.clock() + interval '5 minutes' then format('p_occurred_at: found %s, allowed nothing in the future', v_occurred_at) end
  ], null);
  if v_faults <> '{}' then
    raise exception 'the event is not valid (faults: %)', cardinality(v_faults)
      using errcode = 'TT035',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'select trimtab.submit_event(''mention.received'', ''{"sentiment": -0.7}'').';
  end if;
  perform trimtab.lock_organization(v_org_id);
  v_id := trimtab.emit_event(
    v_org_id, p_type, p_payload, p_subject_type, p_subject_id, 'submitted',
    -- Keys of one's own: nobody can use up one that the system is about to write under.
    'submitted:' || p_dedupe_key, v_occurred_at);
  if v_id is null then
    return '{"event_id": null, "judged": false, "repeated": true}';
  end if;
  return jsonb_build_object('event_id', v_id) || trimtab.judge_event(v_org_id, jsonb_build_object(
    'id', v_id, 'type', p_type, 'occurred_at', v_occurred_at, 'subject_type', p_subject_type, 'subject_id', p_subject_id,
    'payload', p_payload));
end
$$;
comment on function trimtab.submit_event(text, jsonb, text, uuid, text, timestamptz) is
  'Tells the caller''s organization that something happened (role analyst): writes it to the journal and lets the rules that wait for its type judge it at once. p_dedupe_key: an event with the same key is taken once. Returns {event_id, judged, executed, shadowed, held_back, failed}, with stopped while automation is switched off, with repeated for a known key. Errors: TT001–TT003, TT035 not valid (every fault), 55P03 when another holds the organization for five seconds.';
alter function trimtab.submit_event(text, jsonb, text, uuid, text, timestamptz) owner to trimtab_definer;
grant execute on function trimtab.submit_event(text, jsonb, text, uuid, text, timestamptz) to trimtab_user, trimtab_engine;
