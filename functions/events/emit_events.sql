create or replace function trimtab.emit_events(p_events jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  -- definer: writes the journal, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  -- A batch of the greatest size is sorted and joined in memory.
  set work_mem to '64MB'
as $$
declare
  c_most constant integer := 100000;
  v_org_id uuid := trimtab.require_org('analyst');
  v_now timestamptz := trimtab.clock();
  v_is_trusting boolean := true;
  v_outcome jsonb;
begin
  if jsonb_typeof(p_events) is distinct from 'array' or jsonb_array_length(p_events) > c_most then
    raise exception 'these are no events'
      using errcode = 'TT069',
            detail = case jsonb_typeof(p_events)
              when 'array' then format('p_events: found %s events, allowed %s', jsonb_array_length(p_events), c_most)
              else format('p_events: found %s, allowed an array', coalesce(left(p_events::text, 100), 'nothing')) end,
            hint = 'select trimtab.emit_events(''[{"type": "mention.received", "payload": {"sentiment": -0.7}, "dedupe_key": "17"}]'').';
  end if;
  loop
    -- The block takes back what was written before a time was met that there is not.
    begin
      with checked as materialized (
        select c.*, 'submitted:' || c.dedupe_key as key
        from trimtab.check_events(p_events, v_now, v_is_trusting) c
      ), firsts as materialized (
        select distinct on (c.key) c.key, c.place
        from checked c
        where c.key is not null and c.faults = '{}'
        order by c.key, c.place
      ), keys as (
        -- In the order of the keys, so that of two batches with the same ones the second waits for the first, and never both.
        insert into trimtab.event_keys (org_id, dedupe_key, recorded_at)
        select v_org_id, f.key, v_now
        from firsts f
        order by f.key
        on conflict do nothing
        returning dedupe_key
      ), inserted as (
        insert into trimtab.events (org_id, recorded_at, occurred_at, type, subject_type, subject_id, payload, source, dedupe_key)
        select v_org_id, v_now, c.occurred_at, c.type, c.subject_type, c.subject_id, c.payload, 'submitted', c.key
        from checked c
        where c.faults = '{}'
          and (c.key is null or c.place in (select f.place from firsts f) and c.key in (select k.dedupe_key from keys k))
        order by c.place
        returning 1
      )
      select jsonb_build_object(
          'inserted', (select count(*) from inserted),
          'repeated', (select count(*) from checked c where c.faults = '{}') - (select count(*) from inserted),
          'refused', coalesce((
            select jsonb_agg(jsonb_build_object('index', c.place - 1, 'faults', to_jsonb(c.faults)) order by c.place)
            from checked c
            where c.faults <> '{}'), '[]'))
        into v_outcome;
      exit;
    exception
      when datetime_field_overflow or invalid_datetime_format then
        if not v_is_trusting then
          raise;
        end if;
        v_is_trusting := false;
    end;
  end loop;
  return v_outcome;
end
$$;
comment on function trimtab.emit_events(jsonb) is
  'Writes many events to the journal of the caller''s organization (role analyst), which the next tick judges: an array of at most 100,000 {type, payload, subject_type, subject_id, dedupe_key, occurred_at}. Those with faults are left out, and all others go in; one whose dedupe_key came before, in this call or ever, is taken once. Returns {inserted, repeated, refused: [{index, faults}]}, with the index in the array from 0 on. Errors: TT001–TT003, TT069 no array, or too many.';
alter function trimtab.emit_events(jsonb) owner to trimtab_definer;
grant execute on function trimtab.emit_events(jsonb) to trimtab_user, trimtab_engine;
