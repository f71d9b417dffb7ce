alter table trimtab.trigger_states enable row level security;
alter table trimtab.trigger_states force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.trigger_states;
create policy identities on trimtab.trigger_states to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.trigger_states;
create policy tenant_select on trimtab.trigger_states for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update, delete on trimtab.trigger_states to trimtab_definer;
grant select on trimtab.trigger_states to trimtab_engine;
grant select on trimtab.trigger_states to trimtab_user;
