create or replace function trimtab.schema_errors(p_schema jsonb, p_path text default 'schema')
  returns text[]
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select case
    when jsonb_typeof(p_schema) is distinct from 'object'
      then array[format('%s: found %s, allowed an object', p_path, coalesce(left(p_schema::text, 100), 'nothing'))]
    else array(
        select format('%s.%s: found %s, allowed %s', p_path, k.name, left(k.value::text, 100), coalesce(a.allowed,
          'only type, required, properties, additionalProperties, items, enum, minimum, maximum, maxLength, description'))
        from jsonb_each(p_schema) k (name, value)
        -- In strict mode a path does not look into lists of its own accord.
        left join (values
          ('type', 'one or a list of object, array, string, number, integer, boolean, null',
            jsonpath 'strict $ like_regex "^(object|array|string|number|integer|boolean|null)$" || $.type() == "array" && $.size() > 0 && !exists($[*] ? (!(@.type() == "string" && @ like_regex "^(object|array|string|number|integer|boolean|null)$")))'),
          ('required', 'a list of names', 'strict $.type() == "array" && !exists($[*] ? (@.type() != "string"))'),
          ('properties', 'an object', 'strict $.type() == "object"'),
          ('additionalProperties', 'true or false', 'strict $.type() == "boolean"'),
          ('items', 'an object', 'strict $.type() == "object"'),
          ('enum', 'a list of values', 'strict $.type() == "array" && $.size() > 0'),
          ('minimum', 'a number', 'strict $.type() == "number"'),
          ('maximum', 'a number', 'strict $.type() == "number"'),
          ('maxLength', 'a whole number from 0 on', 'strict $.type() == "number" && $ >= 0 && $ <= 100000 && $.floor() == $'),
          ('description', 'a text', 'strict $.type() == "string"')
        ) a (name, allowed, test) on a.name = k.name
        where a.name is null
          or not coalesce(k.value @@ a.test, false)
        order by k.name)
      || array(
        select f.fault
        from jsonb_each(case jsonb_typeof(p_schema -> 'properties') when 'object' then p_schema -> 'properties' else '{}' end) s (name, of)
        cross join lateral unnest(trimtab.schema_errors(s.of, format('%s.properties.%s', p_path, s.name))) with ordinality f (fault, place)
        order by s.name, f.place)
      || case jsonb_typeof(p_schema -> 'items') when 'object' then trimtab.schema_errors(p_schema -> 'items', p_path || '.items') else '{}' end
  end
$$;
comment on function trimtab.schema_errors(jsonb, text) is
  'What is wrong with a schema itself, in the form of schema_faults(): words that it does not know, and wrong values; empty when nothing is.';
grant execute on function trimtab.schema_errors(jsonb, text) to trimtab_user, trimtab_engine, trimtab_definer;
