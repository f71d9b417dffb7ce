create or replace function trimtab.restore_organization(p_org_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the engine may not write organizations directly.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  perform trimtab.lock_organization(p_org_id);
  update trimtab.organizations o
  set archived_at = null
  where o.org_id = p_org_id;
  if not found then
    raise exception 'no such organization'
      using errcode = 'TT004', detail = format('Organization %s.', p_org_id), hint = '`trimtab org list` shows them.';
  end if;
end
$$;
comment on function trimtab.restore_organization(uuid) is
  'Opens an archived organization again. For the engine and for operators. Errors: TT004.';
alter function trimtab.restore_organization(uuid) owner to trimtab_definer;
grant execute on function trimtab.restore_organization(uuid) to trimtab_engine;
