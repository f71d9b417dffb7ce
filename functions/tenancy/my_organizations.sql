create or replace function trimtab.my_organizations()
  returns table (org_id uuid, name text, role text, is_current boolean)
  language plpgsql
  stable
  parallel safe
  -- definer (trimtab_auth): who has not chosen yet sees no organization, and needs to see between which to choose.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_context record;
begin
  select * into v_context from trimtab.session_context();
  return query
  select o.org_id, o.name, m.role, o.org_id is not distinct from v_context.org_id
  from trimtab.memberships m
  join trimtab.organizations o on o.org_id = m.org_id and o.archived_at is null
  where m.user_id = v_context.user_id
    and v_context.login_kind in ('analyst', 'application', 'jwt')
    and (v_context.login_kind <> 'analyst' or exists (
      select from trimtab.login_organizations b where b.org_id = m.org_id and b.login = session_user))
  order by o.name, o.org_id;
end
$$;
comment on function trimtab.my_organizations() is
  'The organizations between which this login may choose, with the caller''s role there and which one is chosen. Empty when nobody is asking, and for the engine, who may work for all; never raises.';
alter function trimtab.my_organizations() owner to trimtab_auth;
grant execute on function trimtab.my_organizations() to trimtab_user, trimtab_engine;
