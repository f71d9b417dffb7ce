alter table trimtab.audit_log enable row level security;
alter table trimtab.audit_log force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.audit_log;
create policy identities on trimtab.audit_log to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.audit_log;
create policy tenant_select on trimtab.audit_log for select to trimtab_user
  using (org_id = (select trimtab.current_org_for('manager')));

grant select, insert on trimtab.audit_log to trimtab_definer;
grant select on trimtab.audit_log to trimtab_engine;
grant select on trimtab.audit_log to trimtab_user;
