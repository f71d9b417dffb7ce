create or replace function trimtab.start_system()
  returns void
  language sql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  update trimtab.settings s set value = 'null' where s.name = 'automation_stopped'
$$;
comment on function trimtab.start_system() is 'Ends what stop_system() began; for operators. Organizations that stopped themselves stay stopped.';
