create or replace function trimtab.run_autonomous_operations()
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return trimtab.run_organization(trimtab.require_org('manager'), 'person');
end
$$;
comment on function trimtab.run_autonomous_operations() is
  'Runs the autopilot once for the organization of the context; role manager. Returns what run_organization() returns.';
grant execute on function trimtab.run_autonomous_operations() to trimtab_user, trimtab_engine;
