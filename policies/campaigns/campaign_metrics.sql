alter table trimtab.campaign_metrics owner to trimtab_keeper;
alter table trimtab.campaign_metrics enable row level security;
alter table trimtab.campaign_metrics force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.campaign_metrics;
create policy identities on trimtab.campaign_metrics to trimtab_owner, trimtab_definer, trimtab_engine, trimtab_keeper using (true) with check (true);
drop policy if exists tenant_select on trimtab.campaign_metrics;
create policy tenant_select on trimtab.campaign_metrics for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update on trimtab.campaign_metrics to trimtab_definer;
grant select on trimtab.campaign_metrics to trimtab_engine;
grant select on trimtab.campaign_metrics to trimtab_user;
