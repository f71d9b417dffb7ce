alter table trimtab.trigger_matches enable row level security;
alter table trimtab.trigger_matches force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.trigger_matches;
create policy identities on trimtab.trigger_matches to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.trigger_matches;
create policy tenant_select on trimtab.trigger_matches for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update, delete on trimtab.trigger_matches to trimtab_definer;
grant select on trimtab.trigger_matches to trimtab_engine;
grant select on trimtab.trigger_matches to trimtab_user;
