create or replace function trimtab.event_patterns(p_type text)
  returns text[]
  -- Not SQL: it would be planned anew in each statement that calls it, and every event's does.
  language plpgsql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_parts text[] := string_to_array(p_type, '.');
  v_patterns text[] := array[p_type];
begin
  for n in 1 .. coalesce(cardinality(v_parts), 0) - 1 loop
    v_patterns := v_patterns || (array_to_string(v_parts[:n], '.') || '.*');
  end loop;
  return v_patterns;
end
$$;
comment on function trimtab.event_patterns(text) is
  'Under which names triggers listen to an event of this type: a.b.c is {a.b.c, a.*, a.b.*}.';
grant execute on function trimtab.event_patterns(text) to trimtab_user, trimtab_engine, trimtab_definer;
