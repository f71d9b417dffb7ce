create or replace function trimtab.find_trigger(p_org_id uuid, p_trigger_id uuid)
  returns trimtab.triggers
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_trigger trimtab.triggers;
begin
  select t.* into v_trigger
  from trimtab.triggers t
  where t.org_id = p_org_id and t.id = p_trigger_id;
  if not found then
    raise exception 'there is no trigger % in this organization', coalesce(p_trigger_id::text, 'null')
      using errcode = 'TT078',
            detail = 'It is unknown here.',
            hint = 'select id, name from trimtab.v_triggers;';
  end if;
  return v_trigger;
end
$$;
comment on function trimtab.find_trigger(uuid, uuid) is 'A trigger of the organization by its id. Errors: TT078.';
grant execute on function trimtab.find_trigger(uuid, uuid) to trimtab_user, trimtab_engine, trimtab_definer;
