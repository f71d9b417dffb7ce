alter table trimtab.outbox enable row level security;
alter table trimtab.outbox force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.outbox;
create policy identities on trimtab.outbox to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.outbox;
create policy tenant_select on trimtab.outbox for select to trimtab_user
  using (org_id = (select trimtab.current_org_for('analyst')));

grant select, insert, update, delete on trimtab.outbox to trimtab_definer;
grant select on trimtab.outbox to trimtab_engine;
grant select on trimtab.outbox to trimtab_user;
