create or replace function trimtab.tick_partitions(p_as_of timestamptz, p_limit integer)
  returns integer
  language sql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select least(trimtab.ensure_partitions(p_as_of), p_limit - 1)
$$;
comment on function trimtab.tick_partitions(timestamptz, integer) is
  'Part of the tick: partitions of the coming months (ensure_partitions()). Returns how many, at most p_limit - 1.';
grant execute on function trimtab.tick_partitions(timestamptz, integer) to trimtab_engine;
