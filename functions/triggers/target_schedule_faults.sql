create or replace function trimtab.target_schedule_faults(p_org_id uuid, p_target jsonb)
  returns text[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select trimtab.part_faults(p_target, 'target', '{"type": "text!", "schedule": "text!"}') || case
    when jsonb_typeof(p_target -> 'schedule') = 'string' and not exists (
      select from trimtab.scheduled_jobs j where j.org_id = p_org_id and j.name = p_target ->> 'schedule')
    then array[format('target.schedule: found %s, allowed: the name of a schedule.', left(p_target ->> 'schedule', 100))]
    else '{}'
  end
$$;
comment on function trimtab.target_schedule_faults(uuid, jsonb) is 'What is wrong with the arguments of the target schedule.';
grant execute on function trimtab.target_schedule_faults(uuid, jsonb) to trimtab_definer;
