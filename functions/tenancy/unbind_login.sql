create or replace function trimtab.unbind_login(p_login text, p_org_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the engine may not write the bindings directly.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  delete from trimtab.login_organizations b
  where b.login = p_login and b.org_id = p_org_id;
  if not found then
    raise exception 'no such binding'
      using errcode = 'TT051',
            detail = format('Login %s, organization %s.', p_login, p_org_id),
            hint = '`trimtab login list` shows them.';
  end if;
end
$$;
comment on function trimtab.unbind_login(text, uuid) is
  'From the next statement on the login cannot work for the organization. For the engine and for operators. Errors: TT051 there is no such binding.';
alter function trimtab.unbind_login(text, uuid) owner to trimtab_definer;
grant execute on function trimtab.unbind_login(text, uuid) to trimtab_engine;
