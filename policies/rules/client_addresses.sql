alter table trimtab.client_addresses enable row level security;
alter table trimtab.client_addresses force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.client_addresses;
create policy identities on trimtab.client_addresses to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.client_addresses;
create policy tenant_select on trimtab.client_addresses for select to trimtab_user
  using (org_id = (select trimtab.current_org_for('manager')));

grant select, insert, delete on trimtab.client_addresses to trimtab_definer;
grant select on trimtab.client_addresses to trimtab_engine;
grant select on trimtab.client_addresses to trimtab_user;
