create or replace function trimtab.system_stop()
  returns text
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select null::text
$$;
comment on function trimtab.system_stop() is 'Why automation stands still in the whole system; null while it does not.';
grant execute on function trimtab.system_stop() to trimtab_user, trimtab_engine, trimtab_definer;
