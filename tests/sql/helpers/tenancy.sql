-- Organizations, people, logins, and acting as one of them. In a pgTAP file everything goes with the final rollback, the
-- roles too; in pytest the roles stay for the session, so their names are made up anew each time.
--
--   select test.organization('Acme') as acme \gset
--   select test.member(:'acme', 'manager') as manager \gset
--   select test.act_as(:'manager');       … now every statement runs as a manager of Acme
--   select test.reset();                  … and now as the superuser again

create function test.organization(
  p_name text default 'Acme',
  p_time_zone text default 'UTC',
  p_currency text default 'USD'
)
  returns uuid
  language sql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
  select trimtab.create_organization(p_name, p_time_zone, p_currency)
$$;
comment on function test.organization(text, text, text) is 'A new organization, made the real way; its id.';

create function test.login(p_kind text default null, p_user_id uuid default null)
  returns text
  language plpgsql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
declare
  v_login text := 'test_' || substr(replace(gen_random_uuid()::text, '-', ''), 1, 16);
begin
  execute format('create role %I login in role trimtab_user', v_login);
  if p_kind is not null then
    insert into trimtab.database_logins (login, kind, user_id) values (v_login, p_kind, p_user_id);
  end if;
  return v_login;
end
$$;
comment on function test.login(text, uuid) is
  'A new PostgreSQL login that is a member of trimtab_user, registered as p_kind (analyst, application, jwt), or not at all; its name.';

create function test.user(p_org_id uuid default null, p_role text default null)
  returns uuid
  language plpgsql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
declare
  v_user_id uuid := gen_random_uuid();
begin
  insert into trimtab.users (id, email) values (v_user_id, v_user_id || '@example.com');
  if p_org_id is not null then
    insert into trimtab.memberships (org_id, user_id, role) values (p_org_id, v_user_id, p_role);
  end if;
  return v_user_id;
end
$$;
comment on function test.user(uuid, text) is 'A new person, a member of the organization where one is given; the id.';

create function test.member(p_org_id uuid, p_role text)
  returns text
  language plpgsql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
declare
  v_login text := test.login('analyst', test.user(p_org_id, p_role));
begin
  insert into trimtab.login_organizations (org_id, login) values (p_org_id, v_login);
  return v_login;
end
$$;
comment on function test.member(uuid, text) is
  'A new person with a PostgreSQL login of their own, a member of the organization with this role (owner, admin, manager, analyst, viewer); the login.';

create function test.user_of(p_login text)
  returns uuid
  language sql
  stable
  security definer
  set search_path to pg_catalog, pg_temp
as $$
  select l.user_id from trimtab.database_logins l where l.login = p_login
$$;
comment on function test.user_of(text) is 'The person whose login it is.';

create function test.stranger()
  returns text
  language sql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
  select test.login('analyst', test.user())
$$;
comment on function test.stranger() is 'A login that is registered as an analyst''s, but belongs to no organization.';

create function test.nobody()
  returns text
  language sql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
  select test.login()
$$;
comment on function test.nobody() is 'A login in the group trimtab_user that was never registered.';

-- --- acting ---------------------------------------------------------------------------------------------------------
-- No definer here: session authorization cannot change inside one. It needs the superuser to have logged in, whoever it
-- is acting as at the moment.

create function test.reset()
  returns void
  language plpgsql
  set search_path to pg_catalog, pg_temp
as $$
begin
  reset session authorization;
  perform set_config(name, '', false)
  from unnest(array['trimtab.org_id', 'trimtab.user_id', 'trimtab.context_started', 'request.jwt.claims']) as name;
end
$$;
comment on function test.reset() is 'The superuser acts again, and no setting claims anything.';

create function test.act_as(p_login text)
  returns void
  language plpgsql
  set search_path to pg_catalog, pg_temp
as $$
begin
  perform test.reset();
  execute format('set session authorization %I', p_login);
end
$$;
comment on function test.act_as(text) is 'From here on this login acts, with no setting that claims anything.';

create function test.act_as_nobody()
  returns void
  language sql
  set search_path to pg_catalog, pg_temp
as $$
  select test.act_as(test.nobody())
$$;
comment on function test.act_as_nobody() is 'From here on a login acts that was never registered.';

create function test.act_as_engine(p_org_id uuid default null)
  returns void
  language plpgsql
  set search_path to pg_catalog, pg_temp
as $$
begin
  perform test.act_as('trimtab_engine');
  if p_org_id is not null then
    perform trimtab.init_transaction_context(null, p_org_id);
  end if;
end
$$;
comment on function test.act_as_engine(uuid) is
  'From here on the engine acts, for this organization (until the transaction ends) where one is given.';
