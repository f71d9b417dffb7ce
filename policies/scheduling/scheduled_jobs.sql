alter table trimtab.scheduled_jobs enable row level security;
alter table trimtab.scheduled_jobs force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.scheduled_jobs;
create policy identities on trimtab.scheduled_jobs to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.scheduled_jobs;
create policy tenant_select on trimtab.scheduled_jobs for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update, delete on trimtab.scheduled_jobs to trimtab_definer;
grant select on trimtab.scheduled_jobs to trimtab_engine;
grant select on trimtab.scheduled_jobs to trimtab_user;
