create or replace function trimtab.event_patterns(p_type text)
  returns text[]
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select array_agg(p.pattern order by p.place)
  from (
    select 0 as place, p_type as pattern
    union all
    select n, array_to_string((string_to_array(p_type, '.'))[1:n], '.') || '.*'
    from generate_series(1, cardinality(string_to_array(p_type, '.')) - 1) n
  ) p
$$;
comment on function trimtab.event_patterns(text) is
  'Under which names triggers listen to an event of this type: a.b.c is {a.b.c, a.*, a.b.*}.';
grant execute on function trimtab.event_patterns(text) to trimtab_user, trimtab_engine, trimtab_definer;
