create or replace function trimtab.login_faults(p_login text, p_kind text, p_user_id uuid)
  returns text[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select coalesce(array_agg(f.fault order by f.place), '{}')
  from (
    select 1,
      case
        when r.oid is null then format('There is no PostgreSQL role %L.', p_login)
        when r.rolsuper or r.rolbypassrls then format('The role %I passes by row security.', p_login)
        when not pg_has_role(r.oid, 'trimtab_user', 'member') then format('The role %I is no member of trimtab_user.', p_login)
      end
    from (select) one
    left join pg_roles r on r.rolname = p_login
    union all
    select 2, format('The role %I is a member of %I, who sees every organization.', p_login, i.rolname)
    from pg_roles r
    cross join pg_roles i
    where r.rolname = p_login
      and not r.rolsuper
      and i.rolname in ('trimtab_owner', 'trimtab_auth', 'trimtab_definer', 'trimtab_keeper', 'trimtab_engine')
      and pg_has_role(r.oid, i.oid, 'member')
    union all
    select 3, format('The kind %L is none of analyst, application, jwt.', p_kind)
    where coalesce(p_kind, '') not in ('analyst', 'application', 'jwt')
    union all
    select 4, 'An analyst''s login belongs to a person: the user is missing.'
    where p_kind = 'analyst' and p_user_id is null
    union all
    select 5, 'Only an analyst''s login belongs to a person.'
    where p_kind in ('application', 'jwt') and p_user_id is not null
    union all
    select 6, format('There is no person %s.', p_user_id)
    where p_kind = 'analyst' and p_user_id is not null
      and not exists (select from trimtab.users u where u.id = p_user_id and not u.is_system and u.erased_at is null)
    union all
    select 7, format('%I is registered already, as %s%s.', l.login, l.kind, ' of ' || l.user_id)
    from trimtab.database_logins l
    where l.login = p_login
      and (l.kind, l.user_id) is distinct from (p_kind, p_user_id)
  ) f (place, fault)
  where f.fault is not null
$$;
comment on function trimtab.login_faults(text, text, uuid) is
  'What forbids registering a PostgreSQL role as this kind of login, a sentence each; empty when nothing does.';
grant execute on function trimtab.login_faults(text, text, uuid) to trimtab_definer;
