create or replace function trimtab.clock()
  returns timestamptz
  language sql
  stable
  parallel safe
begin atomic
  select transaction_timestamp();
end;
comment on function trimtab.clock() is
  'The present moment: the start of the transaction. The one source of time of all functions; a test database replaces it.';
grant execute on function trimtab.clock() to trimtab_user, trimtab_engine, trimtab_auth, trimtab_definer, trimtab_keeper;
