alter table trimtab.spend_caps enable row level security;
alter table trimtab.spend_caps force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.spend_caps;
create policy identities on trimtab.spend_caps to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.spend_caps;
create policy tenant_select on trimtab.spend_caps for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

-- Written by set_spend_cap() and remove_spend_cap() only, which wait for whoever is raising a budget.
grant select, insert, update, delete on trimtab.spend_caps to trimtab_definer;
grant select on trimtab.spend_caps to trimtab_engine;
grant select on trimtab.spend_caps to trimtab_user;
