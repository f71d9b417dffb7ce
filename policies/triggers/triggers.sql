alter table trimtab.triggers enable row level security;
alter table trimtab.triggers force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.triggers;
create policy identities on trimtab.triggers to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.triggers;
create policy tenant_select on trimtab.triggers for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update, delete on trimtab.triggers to trimtab_definer;
grant select on trimtab.triggers to trimtab_engine;
grant select on trimtab.triggers to trimtab_user;
