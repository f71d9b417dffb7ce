create or replace function trimtab.schema_predicate(p_schema jsonb, p_at text default '$')
  returns text
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  -- Each comparison stands behind the type that it is for, so that none is ever unknown: && ends at what does not hold.
  select '(' || string_agg(concat_ws(' && ', format('%s.type() == "%s"', p_at, case t.name when 'integer' then 'number' else t.name end), c.conditions), ' || ') || ')'
    || coalesce(' && (' || (
      select string_agg(case
          -- Objects and arrays cannot be compared here: they are left to schema_faults().
          when jsonb_typeof(e.value) in ('object', 'array') then '1 == 2'
          else format('%1$s.type() == "%2$s" && %1$s == %3$s', p_at, jsonb_typeof(e.value), e.value) end, ' || ')
      from jsonb_array_elements(p_schema -> 'enum') e (value)) || ')', '')
  from jsonb_array_elements_text(case jsonb_typeof(p_schema -> 'type')
    when 'array' then p_schema -> 'type'
    when 'string' then jsonb_build_array(p_schema -> 'type')
    else '["object", "array", "string", "number", "boolean", "null"]' end) t (name)
  cross join lateral (select case
    when t.name in ('number', 'integer') then nullif(concat_ws(' && ',
      case t.name when 'integer' then format('%1$s.floor() == %1$s', p_at) end,
      p_at || ' >= ' || (p_schema ->> 'minimum'),
      p_at || ' <= ' || (p_schema ->> 'maximum')), '')
    when t.name = 'string' then
      -- The most repetitions that a regular expression takes; longer texts are left to schema_faults().
      case when p_schema ? 'maxLength' then format('%s like_regex "^.{0,%s}$" flag "s"', p_at, least((p_schema ->> 'maxLength')::integer, 255)) end
    when t.name = 'array' then
      case when p_schema ? 'items' then format('!exists(%s[*] ? (!(%s)))', p_at, trimtab.schema_predicate(p_schema -> 'items', '@')) end
    when t.name = 'object' then nullif(concat_ws(' && ',
      (select string_agg(format('exists(%s.%s)', p_at, to_json(r.name)), ' && ')
       from jsonb_array_elements_text(p_schema -> 'required') r (name)
       where not coalesce(p_schema -> 'properties' ? r.name, false)),
      (select string_agg(case when p_schema -> 'required' ? s.name then p.predicate else format('(!exists(%s) || %s)', a.at, p.predicate) end, ' && ')
       from jsonb_each(p_schema -> 'properties') s (name, of)
       cross join lateral (select format('%s.%s', p_at, to_json(s.name))) a (at)
       cross join lateral (select trimtab.schema_predicate(s.of, a.at)) p (predicate)),
      case when p_schema -> 'additionalProperties' = 'false' then
        format('!exists(%s.keyvalue() ? (%s))', p_at, coalesce((
          select string_agg(format('@.key != %s', to_json(k.name)), ' && ')
          from jsonb_object_keys(p_schema -> 'properties') k (name)), '1 == 1')) end), '')
  end) c (conditions)
$$;
comment on function trimtab.schema_predicate(jsonb, text) is
  'A schema as the text of a jsonpath predicate on what stands at p_at. It holds for no document that schema_faults() finds fault with, and for nearly all others: not for texts longer than 255 characters that have a maxLength, nor for objects and arrays in an enum. Many times faster than looking for the faults.';
grant execute on function trimtab.schema_predicate(jsonb, text) to trimtab_definer;
