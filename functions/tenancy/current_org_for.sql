create or replace function trimtab.current_org_for(p_least_role text)
  returns uuid
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return (
    select c.org_id from trimtab.session_context() c
    where trimtab.role_rank(c.role) >= trimtab.role_rank(p_least_role)
  );
end
$$;
comment on function trimtab.current_org_for(text) is
  'The verified organization if the caller''s role there is at least p_least_role, else null: what policies compare org_id with. Never raises.';
grant execute on function trimtab.current_org_for(text) to trimtab_user, trimtab_engine, trimtab_definer;
