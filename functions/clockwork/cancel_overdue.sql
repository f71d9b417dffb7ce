create or replace function trimtab.cancel_overdue()
  returns integer
  language sql
  volatile
  parallel restricted
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select count(*) filter (where pg_cancel_backend(a.pid))::integer
  from pg_stat_activity a
  where a.datname = current_database()
    and a.usename = 'trimtab_engine'
    and a.pid <> pg_backend_pid()
    and a.state = 'active'
    and case when a.application_name ~ '^trimtab until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z '
      then substr(a.application_name, 15, 24)::timestamptz < trimtab.stopwatch() end
$$;
comment on function trimtab.cancel_overdue() is
  'Cancels what the engine''s other sessions work on beyond the deadline that they set (set_deadline()): the unit is rolled back and counted as an overrun, the tick goes on. Returns how many. Called by a job of its own every minute, and every second by `trimtab tick --loop`; not by ticks, which begin together: of two cancels the second would hit what comes after.';
grant execute on function trimtab.cancel_overdue() to trimtab_engine;
