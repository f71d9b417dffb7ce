alter table trimtab.metric_marks enable row level security;
alter table trimtab.metric_marks force row level security;

-- The identities of the system see every tenant; people only what the context says.
drop policy if exists identities on trimtab.metric_marks;
create policy identities on trimtab.metric_marks to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);

grant select, insert, update, delete on trimtab.metric_marks to trimtab_definer;
grant select on trimtab.metric_marks to trimtab_engine;
