create or replace function trimtab.end_membership(p_org_id uuid, p_user_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  delete from trimtab.login_organizations b
  using trimtab.database_logins l
  where b.org_id = p_org_id and l.login = b.login and l.user_id = p_user_id;
  delete from trimtab.memberships m
  where m.org_id = p_org_id and m.user_id = p_user_id;
end
$$;
comment on function trimtab.end_membership(uuid, uuid) is
  'Takes a person out of an organization, with the bindings of the person''s logins to it. For definer functions that have asked who may.';
grant execute on function trimtab.end_membership(uuid, uuid) to trimtab_definer;
