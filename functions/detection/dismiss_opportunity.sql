create or replace function trimtab.dismiss_opportunity(p_id uuid, p_reason text default null)
  returns trimtab.optimization_opportunities
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return trimtab.set_opportunity_status(p_id, 'dismissed', p_reason);
end
$$;
comment on function trimtab.dismiss_opportunity(uuid, text) is
  'The opportunity is none. It is raised again only when it gets materially worse. Returns the row; twice is a no-op. Role: analyst. Errors: TT001–TT003, TT041 unknown or closed.';
grant execute on function trimtab.dismiss_opportunity(uuid, text) to trimtab_user, trimtab_engine, trimtab_definer;
