create or replace function trimtab.create_organization(
  p_name text,
  p_time_zone text default 'UTC',
  p_currency text default 'USD',
  p_owner_email text default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: people may not write users, organizations and memberships; here all three begin together.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_faults text[] := trimtab.organization_faults(p_name, p_time_zone, p_currency, true)
    || trimtab.email_faults(p_owner_email);
  v_system_user_id uuid;
  v_owner_id uuid;
  v_org_id uuid;
  v_handler record;
begin
  if v_faults <> '{}' then
    raise exception 'the organization cannot be made like this'
      using errcode = 'TT007',
            detail = array_to_string(v_faults, ' '),
            hint = 'Time zones are IANA names such as Europe/Berlin, currencies ISO 4217 codes such as EUR.';
  end if;

  insert into trimtab.users (display_name, is_system, created_at)
  values ('Trimtab', true, v_now)
  returning id into v_system_user_id;
  insert into trimtab.organizations (name, time_zone, currency, system_user_id, created_at)
  values (btrim(p_name), p_time_zone, upper(btrim(p_currency)), v_system_user_id, v_now)
  returning org_id into v_org_id;

  if p_owner_email is not null then
    insert into trimtab.users (email, created_at)
    values (btrim(p_owner_email), v_now)
    returning id into v_owner_id;
    insert into trimtab.memberships (org_id, user_id, role, created_at)
    values (v_org_id, v_owner_id, 'owner', v_now);
  end if;

  -- A handler each of a different room: the loop is over what is installed, not over rows.
  for v_handler in
    select h.function::regproc as function
    from trimtab.handlers h
    where h.kind = 'organization_created'
    order by h.position, h.function
  loop
    execute format('select %s($1)', v_handler.function) using v_org_id;
  end loop;
  return v_org_id;
end
$$;
comment on function trimtab.create_organization(text, text, text, text) is
  'Makes a tenant with its system actor and, where an e-mail is given, a new person as its owner; then the other rooms give it what it needs (handlers of the kind organization_created). Returns its id. For the engine and for operators. Errors: TT007 with everything that is wrong with the values.';
alter function trimtab.create_organization(text, text, text, text) owner to trimtab_definer;
grant execute on function trimtab.create_organization(text, text, text, text) to trimtab_engine;
