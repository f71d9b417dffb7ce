create or replace function trimtab.create_login(p_login text, p_kind text, p_user_id uuid default null)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the engine may not write the registrations directly.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_faults text[] := trimtab.login_faults(p_login, p_kind, p_user_id);
begin
  if v_faults <> '{}' then
    raise exception 'the login cannot be registered'
      using errcode = 'TT007',
            detail = array_to_string(v_faults, ' '),
            hint = format('An administrator makes the role first: create role %I login in role trimtab_user.', p_login);
  end if;
  insert into trimtab.database_logins (login, kind, user_id, created_at)
  values (p_login, p_kind, p_user_id, trimtab.clock())
  on conflict (login) do nothing;
end
$$;
comment on function trimtab.create_login(text, text, uuid) is
  'Registers a PostgreSQL role that exists as a login of one kind: analyst (is the person p_user_id), application (names a person and an organization in each transaction), jwt (request.jwt.claims say who). An analyst''s login still has to be bound to organizations. Twice is the same as once. For the engine and for operators. Errors: TT007 with everything that is wrong.';
alter function trimtab.create_login(text, text, uuid) owner to trimtab_definer;
grant execute on function trimtab.create_login(text, text, uuid) to trimtab_engine;
