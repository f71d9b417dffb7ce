create or replace function trimtab.schema_faults(p_schema jsonb, p_document jsonb, p_path text default 'document')
  returns text[]
  language plpgsql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_kind text := coalesce(jsonb_typeof(p_document), 'nothing');
  v_found text := coalesce(left(p_document::text, 100), 'nothing');
  v_types text[] := case jsonb_typeof(p_schema -> 'type')
    when 'string' then array[p_schema ->> 'type']
    when 'array' then array(select jsonb_array_elements_text(p_schema -> 'type')) end;
  v_number numeric := case when v_kind = 'number' then (p_document #>> '{}')::numeric end;
  v_length integer := case when v_kind = 'string' then length(p_document #>> '{}') end;
  v_faults text[];
begin
  if v_kind <> all (v_types) and not ('integer' = any (v_types) and coalesce(v_number = trunc(v_number), false)) then
    return array[format('%s: found %s, allowed %s', p_path, v_found, array_to_string(v_types, ' or '))];
  end if;
  v_faults := array_remove(array[
    case when p_schema ? 'enum' and not exists (select from jsonb_array_elements(p_schema -> 'enum') e (value) where e.value = p_document)
      then format('%s: found %s, allowed %s', p_path, v_found, (
        select string_agg(e.value::text, ', ' order by e.place) from jsonb_array_elements(p_schema -> 'enum') with ordinality e (value, place))) end,
    case when v_number < (p_schema ->> 'minimum')::numeric
      then format('%s: found %s, allowed from %s', p_path, v_found, p_schema ->> 'minimum') end,
    case when v_number > (p_schema ->> 'maximum')::numeric
      then format('%s: found %s, allowed to %s', p_path, v_found, p_schema ->> 'maximum') end,
    case when v_length > (p_schema ->> 'maxLength')::integer
      then format('%s: found %s characters, allowed %s', p_path, v_length, p_schema ->> 'maxLength') end
  ], null);

  if v_kind = 'object' then
    v_faults := v_faults
      || array(
        select format('%s.%s: found nothing, but it is required', p_path, r.name)
        from jsonb_array_elements_text(p_schema -> 'required') with ordinality r (name, place)
        where not p_document ? r.name
        order by r.place)
      || array(
        select f.fault
        from jsonb_each(p_schema -> 'properties') s (name, of)
        cross join lateral unnest(trimtab.schema_faults(s.of, p_document -> s.name, p_path || '.' || s.name)) with ordinality f (fault, place)
        where p_document ? s.name
        order by s.name, f.place)
      || array(
        select format('%s.%s: found %s, but it is not known', p_path, k.name, left(k.value::text, 100))
        from jsonb_each(p_document) k (name, value)
        where p_schema -> 'additionalProperties' = 'false' and not coalesce(p_schema -> 'properties' ? k.name, false)
        order by k.name);
  elsif v_kind = 'array' and p_schema ? 'items' then
    v_faults := v_faults || array(
      select f.fault
      from jsonb_array_elements(p_document) with ordinality i (item, number)
      cross join lateral unnest(trimtab.schema_faults(p_schema -> 'items', i.item, format('%s[%s]', p_path, i.number - 1))) with ordinality f (fault, place)
      order by i.number, f.place);
  end if;
  return v_faults;
end
$$;
comment on function trimtab.schema_faults(jsonb, jsonb, text) is
  'What of a JSON document does not fit a schema, each fault with its path, what was found and what is allowed; empty when all fits. The schema is a part of JSON Schema 2020-12 with the same meanings: type (one or a list of object, array, string, number, integer, boolean, null), required, properties, additionalProperties (false), items, enum, minimum, maximum, maxLength; description says nothing about the document.';
grant execute on function trimtab.schema_faults(jsonb, jsonb, text) to trimtab_user, trimtab_engine, trimtab_definer;
