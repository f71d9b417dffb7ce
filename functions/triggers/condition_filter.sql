create or replace function trimtab.condition_filter(
  p_condition jsonpath,
  out path text[],
  out operator text,
  out value jsonb
)
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  with pattern as (
    select '\$\."((?:[^"\\]|\\.)*)"(?:\."((?:[^"\\]|\\.)*)")? (==|<=|>=|<|>) (-?\d+(?:\.\d+)?|"(?:[^"\\]|\\.)*"|true|false|null)' as leaf
  ), leaves as (
    select m.parts, m.place
    from pattern p
    cross join lateral regexp_matches(p_condition::text, p.leaf, 'g') with ordinality m (parts, place)
    -- Nothing but comparisons of this kind that all have to hold.
    where regexp_replace(p_condition::text, p.leaf, 'L', 'g') ~ '^\(*L\)*( && \(*L\)*)*$'
  )
  select array_remove(array[('"' || l.parts[1] || '"')::jsonb #>> '{}', ('"' || l.parts[2] || '"')::jsonb #>> '{}'], null),
    l.parts[3], l.parts[4]::jsonb
  from leaves l
  where l.parts[3] = '==' or l.parts[4] ~ '^-?\d'
  order by l.parts[3] <> '==', l.place
  limit 1
$$;
comment on function trimtab.condition_filter(jsonpath) is
  'Of a condition that consists of comparisons which all have to hold, one by which events can be looked up rather than asked one by one: an equality, else a comparison with a number; path is one or two keys of the payload. Nulls where there is none. It must hold for the condition to hold.';
grant execute on function trimtab.condition_filter(jsonpath) to trimtab_user, trimtab_engine, trimtab_definer;
