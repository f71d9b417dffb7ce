alter table trimtab.waiting_events enable row level security;
alter table trimtab.waiting_events force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.waiting_events;
create policy identities on trimtab.waiting_events to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.waiting_events;
create policy tenant_select on trimtab.waiting_events for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, delete on trimtab.waiting_events to trimtab_definer;
grant select on trimtab.waiting_events to trimtab_engine;
grant select on trimtab.waiting_events to trimtab_user;
