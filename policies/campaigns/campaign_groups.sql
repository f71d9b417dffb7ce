alter table trimtab.campaign_groups enable row level security;
alter table trimtab.campaign_groups force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.campaign_groups;
create policy identities on trimtab.campaign_groups to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.campaign_groups;
create policy tenant_select on trimtab.campaign_groups for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));
drop policy if exists tenant_insert on trimtab.campaign_groups;
create policy tenant_insert on trimtab.campaign_groups for insert to trimtab_user
  with check (org_id = (select trimtab.require_org('manager')));
drop policy if exists tenant_update on trimtab.campaign_groups;
create policy tenant_update on trimtab.campaign_groups for update to trimtab_user
  using (org_id = (select trimtab.current_org_for('manager')))
  with check (org_id = (select trimtab.require_org('manager')));
alter table trimtab.campaign_groups alter column org_id set default trimtab.require_org('manager');

grant select, insert, update, delete on trimtab.campaign_groups to trimtab_definer;
grant select on trimtab.campaign_groups to trimtab_engine;
grant select on trimtab.campaign_groups to trimtab_user;
grant insert (org_id, id, name) on trimtab.campaign_groups to trimtab_user;
grant update (name) on trimtab.campaign_groups to trimtab_user;
