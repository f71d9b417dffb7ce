create or replace function trimtab.role_rank(p_role text)
  returns integer
  language sql
  immutable
  parallel safe
begin atomic
  select array_position(array['viewer', 'analyst', 'manager', 'admin', 'owner', 'system'], p_role);
end;
comment on function trimtab.role_rank(text) is
  'Order of the roles: viewer 1, analyst 2, manager 3, admin 4, owner 5, system 6. A role may do all that a lower one may; null for no role.';
grant execute on function trimtab.role_rank(text) to trimtab_user, trimtab_engine, trimtab_auth, trimtab_definer;
