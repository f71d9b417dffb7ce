create or replace function trimtab.check_events(p_events jsonb, p_as_of timestamptz default trimtab.clock(), p_is_trusting boolean default false)
  returns table (
    place bigint,
    type text,
    payload jsonb,
    subject_type text,
    subject_id uuid,
    dedupe_key text,
    occurred_at timestamptz,
    faults text[]
  )
  language sql
  stable
  parallel unsafe
begin atomic
  with given as materialized (
    select
      e.place, e.event, e.event ->> 'type' as type, coalesce(e.event -> 'payload', '{}'::jsonb) as payload,
      octet_length((e.event -> 'payload')::text) as size,
      e.event ->> 'subject_type' as subject_type,
      case when e.event ->> 'subject_id' ~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$'
        then (e.event ->> 'subject_id')::uuid end as subject_id,
      e.event ->> 'dedupe_key' as dedupe_key,
      case
        when e.event ->> 'occurred_at' is null then p_as_of
        -- Nothing but digits between these signs: known in a quarter of the time. Whether there is such an hour the cast says.
        when p_is_trusting
          and e.event ->> 'occurred_at' like '20__-__-__T__:__:__Z'
          and e.event ->> 'occurred_at' !~ '[^0-9][^0-9]'
          and substr(e.event ->> 'occurred_at', 3, 1) collate "C" between '0' and '9'
          then (e.event ->> 'occurred_at')::timestamptz
        -- What is certain to be a time, and then moment_of(), which takes ten times as long to find out.
        when e.event ->> 'occurred_at' ~ '^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-](0\d|1[0-4])(:?[0-5]\d)?)$'
          then (e.event ->> 'occurred_at')::timestamptz
        else trimtab.moment_of(e.event ->> 'occurred_at')
      end as occurred_at
    from jsonb_array_elements(p_events) with ordinality e (event, place)
  ), types as materialized (
    select d.type, 'type: ' || trimtab.event_type_fault(d.type) as fault, t.payload_schema,
           -- Unpacked once, not for each event.
           t.payload_check::text::jsonpath as payload_check
    from (select distinct g.type from given g) d
    left join trimtab.event_types t on t.type = d.type
  )
  select
    g.place, g.type, g.payload, g.subject_type, g.subject_id, g.dedupe_key, g.occurred_at,
    array_remove(array[
      case when jsonb_typeof(g.event) <> 'object' then format('event: found %s, allowed an object', left(g.event::text, 100)) end,
      t.fault,
      case when g.type is null and jsonb_typeof(g.event) = 'object' then 'type: found nothing, but it is required' end,
      case when jsonb_typeof(g.event) = 'object' then
        case when g.event - '{type,payload,subject_type,subject_id,dedupe_key,occurred_at}'::text[] <> '{}' then
          format('event: found %s, allowed only type, payload, subject_type, subject_id, dedupe_key, occurred_at',
            left((g.event - '{type,payload,subject_type,subject_id,dedupe_key,occurred_at}'::text[])::text, 100)) end end,
      case when jsonb_typeof(g.payload) <> 'object' then format('payload: found %s, allowed an object', left(g.payload::text, 100)) end,
      case when g.size > 65536 then format('payload: found %s bytes, allowed 65536', g.size) end,
      -- Deeper than what other systems read: whoever lists events would fail. Each level takes eight bytes as it is stored.
      case when pg_column_size(g.payload) > 64 * 8 and g.payload @? 'strict $.**{65}' then 'payload: found more than 64 levels, allowed 64' end,
      case when (g.event ->> 'subject_type' is null) <> (g.event ->> 'subject_id' is null)
        then 'subject_type, subject_id: found one of them, allowed both or none' end,
      case when jsonb_typeof(g.event -> 'subject_type') not in ('string', 'null')
        then format('subject_type: found %s, allowed a text', left((g.event -> 'subject_type')::text, 100)) end,
      case when length(g.subject_type) not between 1 and 100 then format('subject_type: found %s characters, allowed 1 to 100', length(g.subject_type)) end,
      case when g.event ->> 'subject_id' is not null and g.subject_id is null
        then format('subject_id: found %s, allowed a UUID', left((g.event -> 'subject_id')::text, 100)) end,
      case when jsonb_typeof(g.event -> 'dedupe_key') not in ('string', 'number', 'null')
        then format('dedupe_key: found %s, allowed a text', left((g.event -> 'dedupe_key')::text, 100)) end,
      case when length(g.dedupe_key) not between 1 and 200 then format('dedupe_key: found %s characters, allowed 1 to 200', length(g.dedupe_key)) end,
      case when g.occurred_at is null
        then format('occurred_at: found %s, allowed a time with its zone, such as 2026-12-01T09:30:00+01:00', left((g.event -> 'occurred_at')::text, 100)) end,
      case when g.occurred_at > p_as_of + interval '5 minutes' then format('occurred_at: found %s, allowed nothing in the future', g.event ->> 'occurred_at') end
    ], null)
    || case when t.payload_check is null or jsonb_typeof(g.payload) <> 'object' or g.payload @@ t.payload_check then '{}'::text[]
      else trimtab.schema_faults(t.payload_schema, g.payload, 'payload') end
  from given g
  left join types t on t.type = g.type;
end;
comment on function trimtab.check_events(jsonb, timestamptz, boolean) is
  'Reads events that come from outside, [{type, payload, subject_type, subject_id, dedupe_key, occurred_at}], and says of each, by its place from 1 on, what is wrong with it: every fault with its path, empty where there is none. Payloads of types of the catalogue are held against their schema. p_is_trusting: faster, and raises (datetime_field_overflow) where a time of the usual form is on no calendar or clock.';
grant execute on function trimtab.check_events(jsonb, timestamptz, boolean) to trimtab_definer;
