create or replace function trimtab.bind_login(p_login text, p_org_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the engine may not write the bindings directly.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_login trimtab.database_logins;
begin
  -- Under the lock: a member who is removed at this moment is not bound afterwards.
  perform trimtab.lock_organization(p_org_id);
  if not exists (select from trimtab.organizations o where o.org_id = p_org_id) then
    raise exception 'no such organization'
      using errcode = 'TT004', detail = format('Organization %s.', p_org_id), hint = '`trimtab org list` shows them.';
  end if;
  select * into v_login from trimtab.database_logins l where l.login = p_login;
  if v_login.kind is distinct from 'analyst' then
    raise exception 'no such login of an analyst'
      using errcode = 'TT051',
            detail = format('Login %s is registered as %s.', p_login, coalesce(v_login.kind, 'nothing')),
            hint = 'Only analysts'' logins are bound to organizations: trimtab login create.';
  end if;
  perform trimtab.find_member(p_org_id, v_login.user_id);
  insert into trimtab.login_organizations (org_id, login, created_at)
  values (p_org_id, p_login, trimtab.clock())
  on conflict do nothing;
end
$$;
comment on function trimtab.bind_login(text, uuid) is
  'Lets an analyst''s login work for an organization of which its person is a member. Bound to one, it works for that; bound to several, it must choose. Twice is the same as once. For the engine and for operators. Errors: TT004 unknown organization, TT009 the person is no member, TT051 no analyst''s login.';
alter function trimtab.bind_login(text, uuid) owner to trimtab_definer;
grant execute on function trimtab.bind_login(text, uuid) to trimtab_engine;
