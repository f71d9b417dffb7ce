create or replace function trimtab.remove_login(p_login text)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the engine may not write the registrations directly.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  delete from trimtab.database_logins l
  where l.login = p_login and l.kind <> 'engine';
  if not found then
    raise exception 'no such login'
      using errcode = 'TT051', detail = format('Login %s.', p_login), hint = '`trimtab login list` shows them.';
  end if;
end
$$;
comment on function trimtab.remove_login(text) is
  'Forgets a login with its bindings; the PostgreSQL role remains, and is nobody. For the engine and for operators. Errors: TT051 unknown login.';
alter function trimtab.remove_login(text) owner to trimtab_definer;
grant execute on function trimtab.remove_login(text) to trimtab_engine;
