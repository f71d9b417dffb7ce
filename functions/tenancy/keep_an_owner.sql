create or replace function trimtab.keep_an_owner(p_org_id uuid, p_user_id uuid)
  returns void
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  if exists (select from trimtab.memberships m where m.org_id = p_org_id and m.user_id = p_user_id and m.role = 'owner')
    and not exists (
      select from trimtab.memberships m where m.org_id = p_org_id and m.user_id <> p_user_id and m.role = 'owner')
  then
    raise exception 'the last owner stays'
      using errcode = 'TT050',
            detail = format('User %s is the only owner of organization %s.', p_user_id, p_org_id),
            hint = 'Make somebody else an owner first, or archive the organization.';
  end if;
end
$$;
comment on function trimtab.keep_an_owner(uuid, uuid) is
  'Refuses (TT050) when the organization would be without an owner if this member went. To be called under the organization''s lock.';
grant execute on function trimtab.keep_an_owner(uuid, uuid) to trimtab_definer;
