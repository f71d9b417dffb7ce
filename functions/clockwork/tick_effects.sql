create or replace function trimtab.tick_effects(p_org_id uuid, p_as_of timestamptz, p_limit integer)
  returns integer
  language sql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select least(trimtab.measure_action_impact(p_org_id), p_limit - 1)
$$;
comment on function trimtab.tick_effects(uuid, timestamptz, integer) is
  'Part of the tick: measures what earlier actions of one organization really did (measure_action_impact()). Returns how many, at most p_limit - 1.';
grant execute on function trimtab.tick_effects(uuid, timestamptz, integer) to trimtab_engine;
