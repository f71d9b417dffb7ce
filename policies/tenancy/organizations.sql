alter table trimtab.organizations enable row level security;
alter table trimtab.organizations force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.organizations;
create policy identities on trimtab.organizations to trimtab_owner, trimtab_definer, trimtab_engine, trimtab_auth using (true) with check (true);
drop policy if exists tenant_select on trimtab.organizations;
create policy tenant_select on trimtab.organizations for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));
-- No UPDATE for people, not even of a column: it would let them take the row lock with which every run begins.
grant select, insert, update on trimtab.organizations to trimtab_definer;
grant select on trimtab.organizations to trimtab_engine;
grant select on trimtab.organizations to trimtab_auth;
grant select on trimtab.organizations to trimtab_user;
