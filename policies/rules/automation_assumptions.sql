alter table trimtab.automation_assumptions enable row level security;
alter table trimtab.automation_assumptions force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.automation_assumptions;
create policy identities on trimtab.automation_assumptions to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.automation_assumptions;
create policy tenant_select on trimtab.automation_assumptions for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update on trimtab.automation_assumptions to trimtab_definer;
grant select on trimtab.automation_assumptions to trimtab_engine;
grant select on trimtab.automation_assumptions to trimtab_user;
