create or replace function trimtab.event_document(p_event trimtab.events)
  returns jsonb
  language sql
  stable
  parallel safe
begin atomic
  select pg_catalog.jsonb_build_object(
    'id', (p_event).id,
    'type', (p_event).type,
    'occurred_at', (p_event).occurred_at,
    'subject_type', (p_event).subject_type,
    'subject_id', (p_event).subject_id,
    'payload', (p_event).payload);
end;
comment on function trimtab.event_document(trimtab.events) is
  'An event of the journal as rules, triggers and handlers are given it: {id, type, occurred_at, subject_type, subject_id, payload}.';
grant execute on function trimtab.event_document(trimtab.events) to trimtab_user, trimtab_engine, trimtab_definer;
