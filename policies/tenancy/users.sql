alter table trimtab.users enable row level security;
alter table trimtab.users force row level security;

drop policy if exists identities on trimtab.users;
create policy identities on trimtab.users to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);
-- People see those with whom they share the organization, and its system actor.
drop policy if exists tenant_select on trimtab.users;
create policy tenant_select on trimtab.users for select to trimtab_user
  using (id in (
    select m.user_id from trimtab.memberships m where m.org_id = (select trimtab.current_org_id())
    union all
    select o.system_user_id from trimtab.organizations o where o.org_id = (select trimtab.current_org_id())));

grant select, insert, update on trimtab.users to trimtab_definer;
grant select on trimtab.users to trimtab_engine, trimtab_user;
