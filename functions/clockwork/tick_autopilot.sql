create or replace function trimtab.tick_autopilot(p_org_id uuid, p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  perform trimtab.run_organization(p_org_id, 'clock');
  return 1;
end
$$;
comment on function trimtab.tick_autopilot(uuid, timestamptz, integer) is
  'Part of the tick: a run of the autopilot of one organization (organizations_to_run()). Returns 1.';
grant execute on function trimtab.tick_autopilot(uuid, timestamptz, integer) to trimtab_engine;
