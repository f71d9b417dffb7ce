create or replace function trimtab.tick_old_partitions(p_as_of timestamptz, p_limit integer)
  returns integer
  language sql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select least(trimtab.drop_fact_partitions(f.before), p_limit - 1)
  from (select trimtab.facts_kept_from(p_as_of) as before) f
  -- One that could not be added up is told about itself; until then nothing is dropped.
  where not exists (select from trimtab.organizations o where o.facts_from < f.before)
  union all
  select 0
  limit 1
$$;
comment on function trimtab.tick_old_partitions(timestamptz, integer) is
  'Part of the tick: drops partitions of facts that every organization has added up (drop_fact_partitions()). Returns how many, at most p_limit - 1.';
grant execute on function trimtab.tick_old_partitions(timestamptz, integer) to trimtab_engine;
