alter table trimtab.event_keys enable row level security;
alter table trimtab.event_keys force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.event_keys;
create policy identities on trimtab.event_keys to trimtab_owner, trimtab_definer, trimtab_engine, trimtab_keeper using (true) with check (true);

grant select, insert, delete on trimtab.event_keys to trimtab_definer;
grant select, delete on trimtab.event_keys to trimtab_keeper;
grant select on trimtab.event_keys to trimtab_engine;
