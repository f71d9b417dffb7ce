alter table trimtab.events owner to trimtab_keeper;
alter table trimtab.events enable row level security;
alter table trimtab.events force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.events;
create policy identities on trimtab.events to trimtab_owner, trimtab_definer, trimtab_engine, trimtab_keeper using (true) with check (true);
drop policy if exists tenant_select on trimtab.events;
create policy tenant_select on trimtab.events for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert on trimtab.events to trimtab_definer;
grant select on trimtab.events to trimtab_engine;
grant select on trimtab.events to trimtab_user;
