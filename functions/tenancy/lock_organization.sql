create or replace function trimtab.lock_organization(p_org_id uuid)
  returns trimtab.organizations
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_organization trimtab.organizations;
begin
  -- Lock order everywhere: the organization's row first, then campaigns by id, then anything else.
  select o.* into v_organization
  from trimtab.organizations o
  where o.org_id = p_org_id
  for no key update;
  return v_organization;
end
$$;
comment on function trimtab.lock_organization(uuid) is
  'Takes the organization''s run-time lock until the end of the transaction and returns its row. In a statement of its own, so that the next one sees what the previous holder did. For definer functions: nobody else may lock the row. Errors: 55P03 when lock_timeout passes.';
grant execute on function trimtab.lock_organization(uuid) to trimtab_definer;
