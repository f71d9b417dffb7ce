create or replace function trimtab.system_stop()
  returns text
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select 'All automation was stopped by an operator at ' || (s.value ->> 'since') || ': ' || (s.value ->> 'reason')
  from trimtab.settings s
  where s.name = 'automation_stopped' and s.value <> 'null'
$$;
comment on function trimtab.system_stop() is
  'Why automation stands still in the whole system; null while it does not. See stop_system().';
grant execute on function trimtab.system_stop() to trimtab_user, trimtab_engine, trimtab_definer;
