create or replace function trimtab.archive_organization()
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody may write organizations directly.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('owner');
begin
  perform trimtab.lock_organization(v_org_id);
  perform trimtab.require_org('owner');
  update trimtab.organizations o
  set archived_at = trimtab.clock()
  where o.org_id = v_org_id;
end
$$;
comment on function trimtab.archive_organization() is
  'Closes the caller''s organization: from the next statement on nobody, the engine included, can act for it, and the autopilot leaves it alone; nothing is deleted. An operator can restore it (restore_organization). Needs owner. Errors: TT001, TT002, TT003.';
alter function trimtab.archive_organization() owner to trimtab_definer;
grant execute on function trimtab.archive_organization() to trimtab_user, trimtab_engine;
