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
  return (
    with masters as materialized (
      select distinct on (l.code) l.code, l.version, l.document
      from trimtab.library l
      where l.kind = 'default_rule'
      order by l.code, l.version desc
    )
    select count(trimtab.store_rule(
             p_org_id, null, c.rule, c.terms, 'Came with the organization.', m.code || '@' || m.version))
    from masters m
    cross join lateral trimtab.compile_rule(m.document) c
    where not exists (
      select from trimtab.automation_rules r
      where r.org_id = p_org_id and split_part(r.copied_from, '@', 1) = m.code)
  );
end
$$;
comment on function trimtab.copy_default_rules(uuid) is
  'Handler of organization_created: gives an organization its own copies of the library''s default rules; one that was copied before (archived included) is not copied again. Returns how many.';
alter function trimtab.copy_default_rules(uuid) owner to trimtab_definer;
grant execute on function trimtab.copy_default_rules(uuid) to trimtab_engine, trimtab_definer;
