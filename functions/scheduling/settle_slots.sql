create or replace function trimtab.settle_slots(p_org_id uuid, p_job_id uuid, p_as_of timestamptz)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  -- A hundred slots a turn.
  while exists (
    select from trimtab.scheduled_jobs j where j.org_id = p_org_id and j.id = p_job_id and j.next_run_at <= p_as_of)
  loop
    exit when trimtab.dispatch_schedules(p_org_id, p_as_of, 1, array[p_job_id]) = 0;
  end loop;
exception
  when assert_failure or others then
    -- It cannot be computed (a zone that is no more); the change that is about to come may put that right.
    null;
end
$$;
comment on function trimtab.settle_slots(uuid, uuid, timestamptz) is
  'Makes the runs of a schedule that are due and were not made yet, by its policy of missed slots, before it is changed or paused: none is lost without a trace. For the system''s own functions, under the lock of the schedule''s row.';
grant execute on function trimtab.settle_slots(uuid, uuid, timestamptz) to trimtab_definer;
