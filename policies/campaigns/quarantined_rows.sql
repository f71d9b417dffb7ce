alter table trimtab.quarantined_rows enable row level security;
alter table trimtab.quarantined_rows force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.quarantined_rows;
create policy identities on trimtab.quarantined_rows to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.quarantined_rows;
create policy tenant_select on trimtab.quarantined_rows for select to trimtab_user
  using (org_id = (select trimtab.current_org_for('analyst')));

grant select, insert, update, delete on trimtab.quarantined_rows to trimtab_definer;
grant select on trimtab.quarantined_rows to trimtab_engine;
grant select on trimtab.quarantined_rows to trimtab_user;
