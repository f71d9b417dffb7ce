create or replace function trimtab.events_text(p_events jsonb, p_count bigint)
  returns text
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select concat_ws(E'\n',
    case when p_count > 1 then format('%s events, the latest:', p_count) end,
    (
      select string_agg(concat_ws(' ',
          e.document ->> 'type',
          coalesce(e.document #>> '{payload,subject}', e.document ->> 'subject_id'),
          left((case when jsonb_typeof(e.document -> 'payload') = 'object'
            then nullif((e.document -> 'payload') - array['trigger_id', 'trigger', 'subject', 'campaign_id', 'caused_by'], '{}') end)::text, 300)),
        E'\n' order by e.place desc)
      from jsonb_array_elements(p_events) with ordinality e (document, place)
      where e.place > jsonb_array_length(p_events) - 5
    ))
$$;
comment on function trimtab.events_text(jsonb, bigint) is
  'What a message says of the events that it is about: how many they are, and the last five, each with type, subject and payload.';
grant execute on function trimtab.events_text(jsonb, bigint) to trimtab_definer;
