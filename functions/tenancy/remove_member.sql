create or replace function trimtab.remove_member(p_user_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: see add_member(); and the person's logins are unbound, which only operators may do otherwise.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.lock_for_members();
begin
  if trimtab.find_member(v_org_id, p_user_id) = 'owner' then
    perform trimtab.require_org('owner');
    perform trimtab.keep_an_owner(v_org_id, p_user_id);
  end if;
  perform trimtab.end_membership(v_org_id, p_user_id);
end
$$;
comment on function trimtab.remove_member(uuid) is
  'Removes a person from the caller''s organization and unbinds the person''s logins from it; what the person did stays in the trail. Needs admin; owner to remove an owner. The last owner stays. Errors: TT001, TT003, TT009 no such member, TT050 last owner.';
alter function trimtab.remove_member(uuid) owner to trimtab_definer;
grant execute on function trimtab.remove_member(uuid) to trimtab_user, trimtab_engine;
