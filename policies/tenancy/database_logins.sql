alter table trimtab.database_logins enable row level security;
alter table trimtab.database_logins force row level security;

-- Nobody but the system needs to know who may log in as what.
drop policy if exists identities on trimtab.database_logins;
create policy identities on trimtab.database_logins
  to trimtab_owner, trimtab_definer, trimtab_engine, trimtab_auth using (true) with check (true);

grant select, insert, update, delete on trimtab.database_logins to trimtab_definer;
grant select on trimtab.database_logins to trimtab_engine, trimtab_auth;
