create or replace function trimtab.payload_values(
  p_org_id uuid,
  p_features jsonb[],
  p_campaign_ids uuid[],
  p_as_of timestamptz,
  p_known bigint,
  p_event jsonb
)
  returns table (feature integer, campaign_id uuid, value numeric)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  select f.place::integer, null::uuid,
    case
      when f.entry ? 'operator' then trimtab.answer_of(f.entry ->> 'operator', v.value, f.entry -> 'value')
      when jsonb_typeof(v.value) = 'number' then (v.value #>> '{}')::numeric
      -- A number that was sent as text; of blanks and digits only those that a number is read with.
      when jsonb_typeof(v.value) = 'string' and v.value #>> '{}' ~ '^ *-?[0-9]{1,30}(\.[0-9]{1,30})? *$' then (v.value #>> '{}')::numeric
    end
  from unnest(p_features) with ordinality f (entry, place)
  cross join lateral (select p_event -> 'payload' #> string_to_array(f.entry ->> 'field', '.')) v (value);
end
$$;
comment on function trimtab.payload_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) is
  'Values of the condition event_payload, for every campaign the same: the number at the path field of the event''s payload (a text that reads as one too); with operator and value in the feature whether what is there answers to them, see answer_of(). Null without an event, and where there is nothing of the kind.';
grant execute on function trimtab.payload_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
