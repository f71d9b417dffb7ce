create or replace function trimtab.set_member_role(p_user_id uuid, p_role text)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: see add_member().
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.lock_for_members(p_role);
  v_faults text[] := trimtab.role_faults(p_role);
  v_old_role text;
begin
  if v_faults <> '{}' then
    raise exception 'the role cannot be given'
      using errcode = 'TT007', detail = array_to_string(v_faults, ' '), hint = 'See docs/tenancy.md for what each may do.';
  end if;
  v_old_role := trimtab.find_member(v_org_id, p_user_id);
  if v_old_role = 'owner' then
    perform trimtab.require_org('owner');
    if p_role <> 'owner' then
      perform trimtab.keep_an_owner(v_org_id, p_user_id);
    end if;
  end if;
  update trimtab.memberships m
  set role = p_role
  where m.org_id = v_org_id and m.user_id = p_user_id and m.role <> p_role;
end
$$;
comment on function trimtab.set_member_role(uuid, text) is
  'Gives a member of the caller''s organization another role. Needs admin; owner where the old or the new role is owner. The last owner stays one. Errors: TT001, TT003, TT007 unknown role, TT009 no such member, TT050 last owner.';
alter function trimtab.set_member_role(uuid, text) owner to trimtab_definer;
grant execute on function trimtab.set_member_role(uuid, text) to trimtab_user, trimtab_engine;
