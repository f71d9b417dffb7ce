create or replace function trimtab.add_member(
  p_email text,
  p_role text,
  p_display_name text default null,
  p_user_id uuid default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody may write users and memberships directly, for who may give which role is not a matter of columns.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.lock_for_members(p_role);
  v_now timestamptz := trimtab.clock();
  v_user_id uuid := p_user_id;
  v_faults text[] := trimtab.email_faults(p_email) || trimtab.role_faults(p_role);
begin
  if p_user_id is null and p_email is null then
    v_faults := v_faults || 'An e-mail address is needed.'::text;
  elsif p_user_id is not null and (p_email is not null or p_display_name is not null) then
    v_faults := v_faults || 'Of a person who is known already, only the id is given.'::text;
  end if;
  if v_faults <> '{}' then
    raise exception 'the member cannot be added like this'
      using errcode = 'TT007',
            detail = array_to_string(v_faults, ' '),
            hint = 'select trimtab.add_member(''name@example.com'', ''analyst'').';
  end if;

  if p_user_id is not null then
    -- Only operators may say that a person here is the same as one elsewhere: a tenant could find people out by it, and
    -- could make the login of somebody else's member ambiguous.
    if (select c.login_kind from trimtab.session_context() c) <> 'engine'
      or not exists (
        select from trimtab.users u where u.id = p_user_id and not u.is_system and u.erased_at is null)
    then
      raise exception 'no such person'
        using errcode = 'TT009',
              detail = format('User %s.', p_user_id),
              hint = 'Give an e-mail address; only an operator can add a person who is known already (trimtab member add --user).';
    end if;
  end if;

  if exists (
    select
    from trimtab.memberships m
    join trimtab.users u on u.id = m.user_id
    where m.org_id = v_org_id
      and (u.id = p_user_id or lower(u.email) = lower(btrim(p_email)))
  ) then
    raise exception 'already a member'
      using errcode = 'TT008',
            detail = format('%s in organization %s.', coalesce(p_email, p_user_id::text), v_org_id),
            hint = 'trimtab.set_member_role(user_id, role) changes the role.';
  end if;

  if v_user_id is null then
    insert into trimtab.users (email, display_name, created_at)
    values (btrim(p_email), nullif(btrim(p_display_name), ''), v_now)
    returning id into v_user_id;
  end if;
  insert into trimtab.memberships (org_id, user_id, role, created_at)
  values (v_org_id, v_user_id, p_role, v_now);
  return v_user_id;
end
$$;
comment on function trimtab.add_member(text, text, text, uuid) is
  'Adds a person to the caller''s organization and returns the person''s id. An e-mail address always makes a new person: whether somebody of that address is known elsewhere cannot be found out. p_user_id, for the engine only, adds one who is known already. Needs the role admin; owner to add an owner. Errors: TT001, TT003, TT007 bad values, TT008 already a member, TT009 no such person.';
alter function trimtab.add_member(text, text, text, uuid) owner to trimtab_definer;
grant execute on function trimtab.add_member(text, text, text, uuid) to trimtab_user, trimtab_engine;
