create or replace function trimtab.set_deadline(p_what text, p_until timestamptz)
  returns text
  language sql
  volatile
  parallel unsafe
  set search_path to pg_catalog, pg_temp
as $$
  select set_config('application_name', left(format(
    'trimtab until %s %s', to_char(p_until at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'), p_what), 63), true)
$$;
comment on function trimtab.set_deadline(text, timestamptz) is
  'Says, in the application_name of this session until the end of the transaction, what is being worked on and when it must be done; cancel_overdue() of another session cancels what goes on longer. Nothing else could: inside a CALL statement_timeout does not begin anew. Returns the name. For the system''s own functions.';
grant execute on function trimtab.set_deadline(text, timestamptz) to trimtab_engine, trimtab_definer;
