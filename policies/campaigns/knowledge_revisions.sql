alter table trimtab.knowledge_revisions enable row level security;
alter table trimtab.knowledge_revisions force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.knowledge_revisions;
create policy identities on trimtab.knowledge_revisions to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
drop policy if exists tenant_select on trimtab.knowledge_revisions;
create policy tenant_select on trimtab.knowledge_revisions for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()));

grant select, insert on trimtab.knowledge_revisions to trimtab_definer;
grant select on trimtab.knowledge_revisions to trimtab_engine;
grant select on trimtab.knowledge_revisions to trimtab_user;
