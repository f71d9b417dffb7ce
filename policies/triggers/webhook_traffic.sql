alter table trimtab.webhook_traffic enable row level security;
alter table trimtab.webhook_traffic force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.webhook_traffic;
create policy identities on trimtab.webhook_traffic to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.webhook_traffic;
create policy tenant_select on trimtab.webhook_traffic for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update on trimtab.webhook_traffic to trimtab_definer;
grant select on trimtab.webhook_traffic to trimtab_engine;
grant select on trimtab.webhook_traffic to trimtab_user;
