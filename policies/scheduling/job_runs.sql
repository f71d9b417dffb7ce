alter table trimtab.job_runs enable row level security;
alter table trimtab.job_runs force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.job_runs;
create policy identities on trimtab.job_runs to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.job_runs;
create policy tenant_select on trimtab.job_runs for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert, update, delete on trimtab.job_runs to trimtab_definer;
grant select on trimtab.job_runs to trimtab_engine;
grant select on trimtab.job_runs to trimtab_user;
