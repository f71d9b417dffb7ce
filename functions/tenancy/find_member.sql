create or replace function trimtab.find_member(p_org_id uuid, p_user_id uuid)
  returns text
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_role text;
begin
  select m.role into v_role
  from trimtab.memberships m
  where m.org_id = p_org_id and m.user_id = p_user_id;
  if not found then
    raise exception 'no such member'
      using errcode = 'TT009',
            detail = format('User %s in organization %s.', p_user_id, p_org_id),
            hint = 'select user_id, role from trimtab.memberships shows the members.';
  end if;
  return v_role;
end
$$;
comment on function trimtab.find_member(uuid, uuid) is
  'The role of a member of the organization. Errors: TT009, the same for a person who does not exist and for one of another organization.';
grant execute on function trimtab.find_member(uuid, uuid) to trimtab_definer;
