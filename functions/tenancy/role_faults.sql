create or replace function trimtab.role_faults(p_role text)
  returns text[]
  language sql
  immutable
  parallel safe
  set search_path to pg_catalog, pg_temp
as $$
  select case
    when p_role in ('owner', 'admin', 'manager', 'analyst', 'viewer') then '{}'::text[]
    else array[format('The role %L is none of owner, admin, manager, analyst, viewer.', p_role)]
  end
$$;
comment on function trimtab.role_faults(text) is 'What is wrong with a role for a member: one sentence, or nothing.';
grant execute on function trimtab.role_faults(text) to trimtab_definer;
