alter table trimtab.webhook_receipts enable row level security;
alter table trimtab.webhook_receipts force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.webhook_receipts;
create policy identities on trimtab.webhook_receipts to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.webhook_receipts;
create policy tenant_select on trimtab.webhook_receipts for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, delete, update (received_at) on trimtab.webhook_receipts to trimtab_definer;
grant select on trimtab.webhook_receipts to trimtab_engine;
grant select on trimtab.webhook_receipts to trimtab_user;
