alter table trimtab.latest_measurements enable row level security;
alter table trimtab.latest_measurements force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.latest_measurements;
create policy identities on trimtab.latest_measurements to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.latest_measurements;
create policy tenant_select on trimtab.latest_measurements for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update, delete on trimtab.latest_measurements to trimtab_definer;
grant select on trimtab.latest_measurements to trimtab_engine;
grant select on trimtab.latest_measurements to trimtab_user;
