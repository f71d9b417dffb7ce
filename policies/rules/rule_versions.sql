alter table trimtab.rule_versions enable row level security;
alter table trimtab.rule_versions force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.rule_versions;
create policy identities on trimtab.rule_versions to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.rule_versions;
create policy tenant_select on trimtab.rule_versions for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert on trimtab.rule_versions to trimtab_definer;
grant select on trimtab.rule_versions to trimtab_engine;
grant select on trimtab.rule_versions to trimtab_user;
