create or replace function trimtab.emit_event(
  p_org_id uuid,
  p_type text,
  p_payload jsonb,
  p_subject_type text default null,
  p_subject_id uuid default null,
  p_source text default 'trimtab',
  p_dedupe_key text default null,
  p_occurred_at timestamptz default trimtab.clock()
)
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_id bigint;
begin
  if p_dedupe_key is not null then
    insert into trimtab.event_keys (org_id, dedupe_key, recorded_at)
    values (p_org_id, p_dedupe_key, trimtab.clock())
    on conflict do nothing;
    if not found then
      return null;
    end if;
  end if;
  insert into trimtab.events (org_id, recorded_at, occurred_at, type, subject_type, subject_id, payload, source, dedupe_key)
  values (p_org_id, trimtab.clock(), p_occurred_at, p_type, p_subject_type, p_subject_id, p_payload, p_source, p_dedupe_key)
  returning id into v_id;
  return v_id;
end
$$;
comment on function trimtab.emit_event(uuid, text, jsonb, text, uuid, text, text, timestamptz) is
  'Writes an event to the journal in the caller''s transaction and returns its number; null when an event with the same key of the organization was recorded before. For the system''s own functions.';
grant execute on function trimtab.emit_event(uuid, text, jsonb, text, uuid, text, text, timestamptz) to trimtab_definer;

create or replace function trimtab.emit_event(
  p_type text,
  p_payload jsonb default '{}',
  p_subject_type text default null,
  p_subject_id uuid default null,
  p_dedupe_key text default null,
  p_occurred_at timestamptz default null
)
  returns bigint
  language sql
  volatile
  parallel unsafe
  -- definer: writes the journal, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select (trimtab.emit_submitted(
    trimtab.require_org('analyst'), p_type, p_payload, p_subject_type, p_subject_id, p_dedupe_key, p_occurred_at)).id
$$;
comment on function trimtab.emit_event(text, jsonb, text, uuid, text, timestamptz) is
  'Tells the caller''s organization that something happened (role analyst): writes it to the journal, and the next tick judges it (submit_event() does so at once, emit_events() takes many). Returns the event''s number, or null when one with the same p_dedupe_key came before. Give what stands behind the payload by name. Errors: TT001–TT003, TT035 not valid (every fault).';
alter function trimtab.emit_event(text, jsonb, text, uuid, text, timestamptz) owner to trimtab_definer;
grant execute on function trimtab.emit_event(text, jsonb, text, uuid, text, timestamptz) to trimtab_user, trimtab_engine;
