create or replace function trimtab.start_opportunity(p_id uuid)
  returns trimtab.optimization_opportunities
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return trimtab.set_opportunity_status(p_id, 'in_progress');
end
$$;
comment on function trimtab.start_opportunity(uuid) is
  'Somebody works on the opportunity now. Returns the row; twice is a no-op. Role: analyst. Errors: TT001–TT003, TT041 unknown or closed.';
grant execute on function trimtab.start_opportunity(uuid) to trimtab_user, trimtab_engine, trimtab_definer;
