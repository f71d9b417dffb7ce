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
  v_event trimtab.events;
begin
  perform trimtab.lock_organization(v_org_id);
  v_event := trimtab.emit_submitted(v_org_id, p_type, p_payload, p_subject_type, p_subject_id, p_dedupe_key, p_occurred_at);
  if v_event.id is null then
    return '{"event_id": null, "judged": false, "repeated": true}';
  end if;
  return jsonb_build_object('event_id', v_event.id) || trimtab.judge_event(v_org_id, trimtab.event_document(v_event));
end
$$;
comment on function trimtab.submit_event(text, jsonb, text, uuid, text, timestamptz) is
  'Tells the caller''s organization that something happened (role analyst): writes it to the journal and lets the rules that wait for its type judge it at once. p_dedupe_key: an event with the same key is taken once. Returns {event_id, judged, executed, shadowed, held_back, failed}, with stopped while automation is switched off, with repeated for a known key. Errors: TT001–TT003, TT035 not valid (every fault), 55P03 when another holds the organization for five seconds.';
alter function trimtab.submit_event(text, jsonb, text, uuid, text, timestamptz) owner to trimtab_definer;
grant execute on function trimtab.submit_event(text, jsonb, text, uuid, text, timestamptz) to trimtab_user, trimtab_engine;
