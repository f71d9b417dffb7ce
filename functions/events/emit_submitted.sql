create or replace function trimtab.emit_submitted(
  p_org_id uuid,
  p_type text,
  p_payload jsonb,
  p_subject_type text,
  p_subject_id uuid,
  p_dedupe_key text,
  p_occurred_at timestamptz
)
  returns trimtab.events
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_given record;
  v_id bigint;
  v_event trimtab.events;
begin
  select c.* into v_given
  from trimtab.check_events(jsonb_build_array(jsonb_build_object(
    'type', p_type, 'payload', p_payload, 'subject_type', p_subject_type, 'subject_id', p_subject_id,
    'dedupe_key', p_dedupe_key, 'occurred_at', p_occurred_at))) c;
  if v_given.faults <> '{}' then
    raise exception 'the event is not valid (faults: %)', cardinality(v_given.faults)
      using errcode = 'TT035',
            detail = array_to_string(v_given.faults[:20], E'\n'),
            hint = 'select trimtab.emit_event(''mention.received'', ''{"sentiment": -0.7}''). What each type holds: select * from trimtab.event_types.';
  end if;
  v_id := trimtab.emit_event(
    p_org_id, v_given.type, v_given.payload, v_given.subject_type, v_given.subject_id, 'submitted',
    -- Keys of one's own: nobody can use up one that the system is about to write under.
    'submitted:' || v_given.dedupe_key, v_given.occurred_at);
  select e.* into v_event
  from trimtab.events e
  where e.org_id = p_org_id and e.id = v_id and e.recorded_at = trimtab.clock();
  return v_event;
end
$$;
comment on function trimtab.emit_submitted(uuid, text, jsonb, text, uuid, text, timestamptz) is
  'Writes one event that comes from outside to the journal and returns it; all null when the key came before. Errors: TT035 with every fault (at most twenty). For the system''s own functions.';
grant execute on function trimtab.emit_submitted(uuid, text, jsonb, text, uuid, text, timestamptz) to trimtab_definer;
