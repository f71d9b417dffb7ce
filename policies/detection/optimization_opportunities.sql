alter table trimtab.optimization_opportunities enable row level security;
alter table trimtab.optimization_opportunities force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.optimization_opportunities;
create policy identities on trimtab.optimization_opportunities to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.optimization_opportunities;
create policy tenant_select on trimtab.optimization_opportunities for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));
drop policy if exists tenant_update on trimtab.optimization_opportunities;
create policy tenant_update on trimtab.optimization_opportunities for update to trimtab_user
  using (org_id = (select trimtab.current_org_for('analyst')))
  with check (org_id = (select trimtab.require_org('analyst')));

grant select, insert, update, delete on trimtab.optimization_opportunities to trimtab_definer;
grant select on trimtab.optimization_opportunities to trimtab_engine;
grant select on trimtab.optimization_opportunities to trimtab_user;
-- The rest of a row is the detectors'. resolved_at is named in the documents' updates; the trigger sets it whatever is given.
grant update (status, resolved_at, reason) on trimtab.optimization_opportunities to trimtab_user;
