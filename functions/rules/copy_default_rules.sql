create or replace function trimtab.copy_default_rules(p_org_id uuid)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: writes rules for a new organization, before anybody has a context there.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return 0; -- being built
end
$$;
comment on function trimtab.copy_default_rules(uuid) is
  'Handler of organization_created: gives an organization its own copies of the library''s default rules; one that was copied before (archived included) is not copied again. Returns how many.';
alter function trimtab.copy_default_rules(uuid) owner to trimtab_definer;
grant execute on function trimtab.copy_default_rules(uuid) to trimtab_engine, trimtab_definer;
