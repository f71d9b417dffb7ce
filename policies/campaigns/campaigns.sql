alter table trimtab.campaigns enable row level security;
alter table trimtab.campaigns force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.campaigns;
create policy identities on trimtab.campaigns to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.campaigns;
create policy tenant_select on trimtab.campaigns for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));
drop policy if exists tenant_insert on trimtab.campaigns;
create policy tenant_insert on trimtab.campaigns for insert to trimtab_user
  with check (org_id = (select trimtab.require_org('manager')));
drop policy if exists tenant_update on trimtab.campaigns;
create policy tenant_update on trimtab.campaigns for update to trimtab_user
  using (org_id = (select trimtab.current_org_for('manager')))
  with check (org_id = (select trimtab.require_org('manager')));
alter table trimtab.campaigns alter column org_id set default trimtab.require_org('manager');

grant select, insert, update, delete on trimtab.campaigns to trimtab_definer;
grant select on trimtab.campaigns to trimtab_engine;
grant select on trimtab.campaigns to trimtab_user;
grant insert (org_id, id, title, platform, external_id, source_key, group_id, tags, status, budget, daily_budget, bid, bid_strategy, currency, starts_at, ends_at, autonomous_enabled) on trimtab.campaigns to trimtab_user;
grant update (title, group_id, tags, status, budget, daily_budget, bid, bid_strategy, starts_at, ends_at, autonomous_enabled) on trimtab.campaigns to trimtab_user;
