alter table trimtab.alerts enable row level security;
alter table trimtab.alerts force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.alerts;
create policy identities on trimtab.alerts to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.alerts;
create policy tenant_select on trimtab.alerts for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update, delete on trimtab.alerts to trimtab_definer;
grant select on trimtab.alerts to trimtab_engine;
grant select on trimtab.alerts to trimtab_user;
