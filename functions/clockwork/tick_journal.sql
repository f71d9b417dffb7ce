create or replace function trimtab.tick_journal(p_as_of timestamptz, p_limit integer)
  returns integer
  language sql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select least(trimtab.drop_old_events(p_as_of), p_limit - 1)
$$;
comment on function trimtab.tick_journal(timestamptz, integer) is
  'Part of the tick: drops months of the journal that are kept no longer (drop_old_events()). Returns how many, at most p_limit - 1.';
grant execute on function trimtab.tick_journal(timestamptz, integer) to trimtab_engine;
