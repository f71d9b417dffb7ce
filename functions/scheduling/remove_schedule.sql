create or replace function trimtab.remove_schedule(p_schedule_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: schedules are written through the functions of this room only.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('manager');
begin
  perform trimtab.lock_organization(v_org_id);
  perform trimtab.find_schedule(v_org_id, p_schedule_id);
  delete from trimtab.scheduled_jobs j where j.org_id = v_org_id and j.id = p_schedule_id;
end
$$;
comment on function trimtab.remove_schedule(uuid) is
  'Removes a schedule with its runs (role manager); the audit log keeps what it was. Errors: TT001–TT003, TT074 unknown.';
alter function trimtab.remove_schedule(uuid) owner to trimtab_definer;
grant execute on function trimtab.remove_schedule(uuid) to trimtab_user, trimtab_engine;
