create or replace function trimtab.session_context(
  out login_kind text,
  out user_id uuid,
  out org_id uuid,
  out role text,
  out choices integer
)
  language plpgsql
  stable
  parallel safe
  -- definer (trimtab_auth): must read memberships and logins, whose own policies depend on this function.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_uuid constant text := '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$';
  v_org_setting text := nullif(current_setting('trimtab.org_id', true), '');
  v_user_setting text := nullif(current_setting('trimtab.user_id', true), '');
  v_in_transaction boolean :=
    current_setting('trimtab.context_started', true) = extract(epoch from transaction_timestamp())::text;
  v_claims text;
  v_wanted uuid;
begin
  -- Settings are claims: anybody can set them. What they may claim depends on session_user, which nobody can forge.
  select l.kind, l.user_id into login_kind, user_id
  from trimtab.database_logins l
  where l.login = session_user;

  if v_org_setting ~ c_uuid then
    v_wanted := v_org_setting::uuid;
  end if;

  case
    when login_kind is null then
      return;

    when login_kind = 'analyst' then
      select count(*), (array_agg(m.org_id))[1], (array_agg(m.role))[1]
        into choices, org_id, role
      from trimtab.login_organizations b
      join trimtab.memberships m on m.org_id = b.org_id and m.user_id = session_context.user_id
      join trimtab.organizations o on o.org_id = b.org_id and o.archived_at is null
      where b.login = session_user
        and (v_org_setting is null or b.org_id = v_wanted);

    when login_kind = 'jwt' then
      v_claims := current_setting('request.jwt.claims', true);
      user_id := trimtab.jwt_claim(v_claims, 'sub');
      if v_in_transaction is not true then
        -- Sessions are pooled: an organization that an earlier request chose does not count.
        v_org_setting := null;
        v_wanted := trimtab.jwt_claim(v_claims, 'org_id');
      end if;
      select count(*), (array_agg(m.org_id))[1], (array_agg(m.role))[1]
        into choices, org_id, role
      from trimtab.memberships m
      join trimtab.organizations o on o.org_id = m.org_id and o.archived_at is null
      where m.user_id = session_context.user_id
        and ((v_wanted is null and v_org_setting is null) or m.org_id = v_wanted);

    when v_in_transaction is not true or v_wanted is null then
      -- Pooled sessions: only what init_transaction_context() said in this very transaction counts.
      user_id := null;

    when login_kind = 'application' then
      if v_user_setting ~ c_uuid then
        user_id := v_user_setting::uuid;
      end if;
      select count(*), (array_agg(m.org_id))[1], (array_agg(m.role))[1]
        into choices, org_id, role
      from trimtab.memberships m
      join trimtab.organizations o on o.org_id = m.org_id and o.archived_at is null
      where m.user_id = session_context.user_id and m.org_id = v_wanted;

    else
      select 1, o.org_id, 'system', o.system_user_id
        into choices, org_id, role, user_id
      from trimtab.organizations o
      where o.org_id = v_wanted and o.archived_at is null;
  end case;

  if choices is distinct from 1 then
    org_id := null;
    role := null;
  end if;
  if choices = 0 and login_kind <> 'analyst' then
    user_id := null;  -- a name that somebody gave, of nobody we know
  end if;
end
$$;
comment on function trimtab.session_context() is
  'Who is asking: kind of login, user, organization, role there (owner, admin, manager, analyst, viewer; system for the engine), and among how many organizations there is to choose. All null without a verified context; never raises.';
alter function trimtab.session_context() owner to trimtab_auth;
grant execute on function trimtab.session_context() to trimtab_user, trimtab_engine, trimtab_definer, trimtab_keeper;
