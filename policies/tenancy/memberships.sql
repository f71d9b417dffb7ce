alter table trimtab.memberships enable row level security;
alter table trimtab.memberships force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.memberships;
create policy identities on trimtab.memberships to trimtab_owner, trimtab_definer, trimtab_engine, trimtab_auth using (true) with check (true);
drop policy if exists tenant_select on trimtab.memberships;
create policy tenant_select on trimtab.memberships for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update, delete on trimtab.memberships to trimtab_definer;
grant select on trimtab.memberships to trimtab_engine;
grant select on trimtab.memberships to trimtab_auth;
grant select on trimtab.memberships to trimtab_user;
