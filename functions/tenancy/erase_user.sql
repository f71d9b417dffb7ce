create or replace function trimtab.erase_user(p_user_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody may write users directly.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_context record;
  v_org_ids uuid[];
  v_org_id uuid;
  v_handler record;
begin
  select * into v_context from trimtab.session_context();
  if v_context.login_kind = 'engine' then
    if not exists (select from trimtab.users u where u.id = p_user_id and not u.is_system) then
      raise exception 'no such person'
        using errcode = 'TT009', detail = format('User %s.', p_user_id), hint = '`trimtab member list` shows the people.';
    end if;
    v_org_ids := array(
      select m.org_id from trimtab.memberships m where m.user_id = p_user_id order by m.org_id);
  else
    v_org_ids := array[trimtab.require_org('owner')];
  end if;

  -- Organizations in the order of their ids, as everywhere where more than one is locked.
  foreach v_org_id in array v_org_ids loop
    perform trimtab.lock_organization(v_org_id);
  end loop;
  foreach v_org_id in array v_org_ids loop
    if v_context.login_kind <> 'engine' then
      perform trimtab.require_org('owner');
      perform trimtab.find_member(v_org_id, p_user_id);
    end if;
    if exists (select from trimtab.organizations o where o.org_id = v_org_id and o.archived_at is null) then
      perform trimtab.keep_an_owner(v_org_id, p_user_id);
    end if;
    perform trimtab.end_membership(v_org_id, p_user_id);
    insert into trimtab.audit_log (org_id, occurred_at, user_id, login, action, entity_type, entity_id)
    values (v_org_id, trimtab.clock(), v_context.user_id, session_user, 'user.erased', 'user', p_user_id);
  end loop;

  -- What other rooms keep of the person: in these organizations, and in all once the person belongs to none.
  if not exists (select from trimtab.memberships m where m.user_id = p_user_id) then
    v_org_ids := array_append(v_org_ids, null);
  end if;
  for v_handler in
    select h.function::regproc as function, o.org_id
    from trimtab.handlers h
    cross join unnest(v_org_ids) o (org_id)
    where h.kind = 'person_erased'
    order by h.position, h.function, o.org_id
  loop
    execute format('select %s($1, $2)', v_handler.function) using v_handler.org_id, p_user_id;
  end loop;

  if not exists (select from trimtab.memberships m where m.user_id = p_user_id) then
    delete from trimtab.database_logins l where l.user_id = p_user_id;
    update trimtab.users u
    set email = null, display_name = null, erased_at = trimtab.clock()
    where u.id = p_user_id and u.erased_at is null;
  end if;
end
$$;
comment on function trimtab.erase_user(uuid) is
  'Erases a person: memberships, logins'' registrations and personal data go, and what other rooms keep of them (handlers of the kind person_erased); the id stays wherever it stands in the trail. An owner erases for the own organization; a person whom an operator has added to others as well keeps what these need, without a word about them. The engine erases everywhere. Twice is the same as once for the engine. Errors: TT001, TT003, TT009 no such person or member, TT050 last owner of an organization that is not archived.';
alter function trimtab.erase_user(uuid) owner to trimtab_definer;
grant execute on function trimtab.erase_user(uuid) to trimtab_user, trimtab_engine;
