alter table trimtab.campaign_signals enable row level security;
alter table trimtab.campaign_signals force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.campaign_signals;
create policy identities on trimtab.campaign_signals to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.campaign_signals;
create policy tenant_select on trimtab.campaign_signals for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update, delete on trimtab.campaign_signals to trimtab_definer;
grant select on trimtab.campaign_signals to trimtab_engine;
grant select on trimtab.campaign_signals to trimtab_user;
