create or replace function trimtab.remove_trigger(p_trigger_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: triggers are written through the functions of this room only.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
declare
  v_org_id uuid := trimtab.require_org('manager');
begin
  perform trimtab.lock_organization(v_org_id);
  perform trimtab.find_trigger(v_org_id, p_trigger_id);
  update trimtab.trigger_firings f
  set status = 'suppressed', reason = 'paused', retry_at = null, completed_at = trimtab.clock()
  where f.org_id = v_org_id and f.trigger_id = p_trigger_id and f.status = 'retrying';
  delete from trimtab.trigger_matches m where m.org_id = v_org_id and m.trigger_id = p_trigger_id;
  delete from trimtab.triggers t where t.org_id = v_org_id and t.id = p_trigger_id;
end
$$;
comment on function trimtab.remove_trigger(uuid) is
  'Removes a trigger and what waits for it (role manager). Its firings stay in the record. Errors: TT001–TT003, TT078 unknown, 55P03.';
alter function trimtab.remove_trigger(uuid) owner to trimtab_definer;
grant execute on function trimtab.remove_trigger(uuid) to trimtab_user, trimtab_engine;
