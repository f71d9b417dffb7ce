alter table trimtab.notifications enable row level security;
alter table trimtab.notifications force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.notifications;
create policy identities on trimtab.notifications to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.notifications;
create policy tenant_select on trimtab.notifications for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()) and user_id = (select trimtab.current_user_id()));

grant select, insert, update, delete on trimtab.notifications to trimtab_definer;
grant select on trimtab.notifications to trimtab_engine;
grant select on trimtab.notifications to trimtab_user;
