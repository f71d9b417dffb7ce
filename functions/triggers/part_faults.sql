create or replace function trimtab.part_faults(p_part jsonb, p_path text, p_fields jsonb)
  returns text[]
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  with part as (
    select case when jsonb_typeof(p_part) = 'object' then p_part else '{}' end as document,
           case when p_path = '' then '' else p_path || '.' end as prefix
  ), field as (
    select f.key, rtrim(f.value, '!') as kind, f.value like '%!' as is_required
    from jsonb_each_text(p_fields) f
  )
  select coalesce(array_agg(x.fault order by x.place, x.fault), '{}')
  from (
    select 0 as place, format('%s: found %s, allowed: an object.',
      coalesce(nullif(p_path, ''), 'document'), left(coalesce(p_part::text, 'nothing'), 100)) as fault
    where jsonb_typeof(p_part) is distinct from 'object'
    union all
    select 1, format('%s%s: found this key, allowed: %s.',
      p.prefix, left(k.key, 100), (select string_agg(f.key, ', ' order by f.key) from field f))
    from part p
    cross join jsonb_object_keys(p.document) k (key)
    where not p_fields ? k.key
    union all
    select 2, format('%s%s: found %s, allowed: %s.',
      p.prefix, f.key, left(coalesce(nullif(p.document -> f.key, 'null')::text, 'nothing'), 100),
      case f.kind
        when 'text' then 'a text of 1 to 200 characters'
        when 'prose' then 'a text of at most 2000 characters'
        when 'number' then 'a number'
        when 'positive' then 'a number above 0'
        when 'count' then 'a whole number from 1 to 100000'
        when 'seconds' then 'a whole number from 1 to 604800 (a week)'
        when 'uuid' then 'an id'
        when 'numbers' then 'a list of 1 to 1000 numbers'
        when 'texts' then 'a list of texts'
        when 'object' then 'an object'
        else replace(f.kind, '|', ', ')
      end)
    from part p
    cross join field f
    cross join lateral (select p.document -> f.key as value, jsonb_typeof(p.document -> f.key) as type) g
    where jsonb_typeof(p_part) = 'object'
      and case
        when g.type is null or g.type = 'null' then f.is_required
        when f.kind = 'text' then g.type <> 'string' or btrim(g.value #>> '{}') = '' or length(g.value #>> '{}') > 200
        when f.kind = 'prose' then g.type <> 'string' or length(g.value #>> '{}') > 2000
        when f.kind = 'number' then g.type <> 'number'
        when f.kind = 'positive' then not coalesce(g.value @@ '$ > 0', false)
        when f.kind = 'count' then not coalesce(g.value @@ '$ >= 1 && $ <= 100000 && $.floor() == $', false)
        when f.kind = 'seconds' then not coalesce(g.value @@ '$ >= 1 && $ <= 604800 && $.floor() == $', false)
        when f.kind = 'uuid' then g.value #>> '{}' !~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
        when f.kind = 'numbers' then case when g.type = 'array'
          then jsonb_array_length(g.value) not between 1 and 1000 or g.value @? 'strict $[*] ? (@.type() != "number")' else true end
        when f.kind = 'texts' then g.type <> 'array' or g.value @? 'strict $[*] ? (@.type() != "string")'
        when f.kind = 'object' then g.type <> 'object'
        else g.type <> 'string' or g.value #>> '{}' <> all (string_to_array(f.kind, '|'))
      end
  ) x
$$;
comment on function trimtab.part_faults(jsonb, text, jsonb) is
  'What is wrong with a part of a document, a line each (path: found, allowed): not an object, keys that p_fields does not have, required ones that are missing, values of another kind. p_fields: {key: kind}, with ! for a required one; kinds are text, prose, number, positive, count, seconds, uuid, numbers, texts, object, or words divided by |.';
grant execute on function trimtab.part_faults(jsonb, text, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
