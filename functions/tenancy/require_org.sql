create or replace function trimtab.require_org(p_least_role text default 'viewer')
  returns uuid
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_context record;
begin
  select * into v_context from trimtab.session_context();
  if v_context.org_id is null then
    if v_context.choices > 1 then
      raise exception 'this login belongs to % organizations: choose one', v_context.choices
        using errcode = 'TT002',
              detail = format('Login %s.', session_user),
              hint = 'set trimtab.org_id = ''<organization id>'', or select trimtab.init_transaction_context(user_id, org_id).';
    end if;
    raise exception 'no organization: the caller is not known'
      using errcode = 'TT001',
            detail = format('Login %s, registered as %s.', session_user, coalesce(v_context.login_kind, 'nothing')),
            hint = case
              when v_context.login_kind = 'analyst' and v_context.choices = 0 and current_setting('trimtab.org_id', true) <> ''
              then 'trimtab.org_id names no organization of this login: select * from trimtab.my_organizations(), or reset trimtab.org_id.'
              else 'Applications call trimtab.init_transaction_context(user_id, org_id) in each transaction; logins of analysts are bound by an operator (trimtab login bind).'
            end;
  end if;
  if trimtab.role_rank(v_context.role) < trimtab.role_rank(p_least_role) then
    raise exception 'this needs the role % in the organization', p_least_role
      using errcode = 'TT003',
            detail = format('The caller''s role is %s.', v_context.role),
            hint = 'An admin of the organization can change roles.';
  end if;
  return v_context.org_id;
end
$$;
comment on function trimtab.require_org(text) is
  'The verified organization of the caller, whose role there is at least p_least_role. Errors: TT001 no context, TT002 several organizations and none chosen, TT003 role too low.';
grant execute on function trimtab.require_org(text) to trimtab_user, trimtab_engine, trimtab_definer;
