create or replace function trimtab.find_schedule(p_org_id uuid, p_schedule_id uuid)
  returns trimtab.scheduled_jobs
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_job trimtab.scheduled_jobs;
begin
  select j.* into v_job from trimtab.scheduled_jobs j where j.org_id = p_org_id and j.id = p_schedule_id;
  if not found then
    raise exception 'there is no schedule % in this organization', coalesce(p_schedule_id::text, 'null')
      using errcode = 'TT074',
            detail = 'It is unknown here, or was removed.',
            hint = 'select schedule_id, name from trimtab.v_schedules;';
  end if;
  return v_job;
end
$$;
comment on function trimtab.find_schedule(uuid, uuid) is 'A schedule of the organization by its id. Errors: TT074.';
grant execute on function trimtab.find_schedule(uuid, uuid) to trimtab_user, trimtab_engine, trimtab_definer;
