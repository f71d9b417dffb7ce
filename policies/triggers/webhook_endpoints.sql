alter table trimtab.webhook_endpoints enable row level security;
alter table trimtab.webhook_endpoints force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.webhook_endpoints;
create policy identities on trimtab.webhook_endpoints to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.webhook_endpoints;
create policy tenant_select on trimtab.webhook_endpoints for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update, delete on trimtab.webhook_endpoints to trimtab_definer;
-- All but what the token hashes to.
grant select (org_id, id, name, status, event_type, type_path, type_prefix, rate_limit_per_minute, max_body_bytes, skew_seconds, created_at) on trimtab.webhook_endpoints to trimtab_engine;
grant select (org_id, id, name, status, event_type, type_path, type_prefix, rate_limit_per_minute, max_body_bytes, skew_seconds, created_at) on trimtab.webhook_endpoints to trimtab_user;
