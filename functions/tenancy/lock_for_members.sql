create or replace function trimtab.lock_for_members(p_role text default null)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
begin
  -- Two owners who remove each other come one after the other; the second finds what the first left, and so does the
  -- question for the caller's own role.
  perform trimtab.lock_organization(v_org_id);
  perform trimtab.require_org(case p_role when 'owner' then 'owner' else 'admin' end);
  return v_org_id;
end
$$;
comment on function trimtab.lock_for_members(text) is
  'Begins a change of members: the caller''s organization, locked; its caller must be admin, and owner where p_role is owner. Errors: TT001, TT002, TT003.';
grant execute on function trimtab.lock_for_members(text) to trimtab_definer;
