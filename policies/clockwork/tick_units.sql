alter table trimtab.tick_units enable row level security;
alter table trimtab.tick_units force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.tick_units;
create policy identities on trimtab.tick_units to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.tick_units;
create policy tenant_select on trimtab.tick_units for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update on trimtab.tick_units to trimtab_definer;
grant select on trimtab.tick_units to trimtab_engine;
grant select on trimtab.tick_units to trimtab_user;
