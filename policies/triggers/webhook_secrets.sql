alter table trimtab.webhook_secrets enable row level security;
alter table trimtab.webhook_secrets force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.webhook_secrets;
create policy identities on trimtab.webhook_secrets to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.webhook_secrets;
create policy tenant_select on trimtab.webhook_secrets for select to trimtab_user
  using (org_id = (select trimtab.current_org_for('admin')));

grant select, insert, update, delete on trimtab.webhook_secrets to trimtab_definer;
-- All but the secret itself, sealed as it is.
grant select (org_id, id, endpoint_id, created_at, expires_at, revoked_at, last_used_at) on trimtab.webhook_secrets to trimtab_engine;
grant select (org_id, id, endpoint_id, created_at, expires_at, revoked_at, last_used_at) on trimtab.webhook_secrets to trimtab_user;
