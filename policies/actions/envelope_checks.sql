alter table trimtab.envelope_checks enable row level security;
alter table trimtab.envelope_checks force row level security;

-- For the door only; nobody else has anything to find here, for no row outlives its transaction.
drop policy if exists identities on trimtab.envelope_checks;
create policy identities on trimtab.envelope_checks to trimtab_owner, trimtab_definer, trimtab_engine using (true) with check (true);

grant select, insert, delete on trimtab.envelope_checks to trimtab_definer;
