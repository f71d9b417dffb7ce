create or replace function trimtab.current_org_id()
  returns uuid
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return (trimtab.session_context()).org_id;
end
$$;
comment on function trimtab.current_org_id() is 'The verified organization of this session or transaction; null without one. Never raises.';
grant execute on function trimtab.current_org_id() to trimtab_user, trimtab_engine, trimtab_definer;
