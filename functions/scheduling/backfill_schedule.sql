create or replace function trimtab.backfill_schedule(p_schedule_id uuid, p_from timestamptz, p_to timestamptz)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: writes runs, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
declare
  c_most constant integer := 1000;
  v_org_id uuid := trimtab.require_org('manager');
  v_now timestamptz := trimtab.clock();
  v_job trimtab.scheduled_jobs;
  v_slots timestamptz[];
  v_count integer;
begin
  perform trimtab.lock_organization(v_org_id);
  perform from trimtab.scheduled_jobs j where j.org_id = v_org_id and j.id = p_schedule_id for no key update;
  v_job := trimtab.find_schedule(v_org_id, p_schedule_id);
  if v_job.event_type is null and p_from < p_to and isfinite(p_from) and p_to <= v_now then
    v_slots := array(
      select u.slot_at
      from trimtab.upcoming_runs(
        v_job.plans, v_job.time_zone, p_from - interval '1 microsecond', c_most + 1, v_job.on_gap, v_job.on_overlap) u (slot_at)
      where u.slot_at < p_to
      order by u.slot_at);
  end if;
  if v_slots is null or cardinality(v_slots) > c_most then
    raise exception 'these slots of the schedule "%" cannot be run again', v_job.name
      using errcode = 'TT075',
            detail = case
              when v_job.event_type is not null then format('It has no slots: it runs after each event %s.', v_job.event_type)
              when v_slots is null then format('From %s to %s; it is %s.', coalesce(p_from::text, 'nothing'), coalesce(p_to::text, 'nothing'), v_now)
              else format('There are more than %s from %s to %s.', c_most, p_from, p_to) end,
            hint = 'Give a span that is over, first its beginning, with at most 1,000 slots.';
  end if;
  insert into trimtab.job_runs as r (org_id, job_id, slot_at, due_at, origin, requested_by, created_at)
  select v_org_id, p_schedule_id, s.slot_at, s.slot_at, 'backfill', trimtab.current_user_id(), v_now
  from unnest(v_slots) s (slot_at)
  on conflict on constraint job_runs_slot_key do update
  set status = 'due', origin = 'backfill', due_at = excluded.slot_at, requested_by = excluded.requested_by, completed_at = null, result = null
  where r.status = 'skipped';
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.backfill_schedule(uuid, timestamptz, timestamptz) is
  'Lets a schedule''s slots from p_from to before p_to be run that were not: missed or skipped ones, and those from before the schedule was made (role manager). A slot that was run, or waits, is not run again, for as long as its run is kept (kept_days()). They are due at once, oldest first. Returns how many. Errors: TT001–TT003, TT074 unknown, TT075 a span that is not over, more than 1,000 slots, a schedule without slots.';
alter function trimtab.backfill_schedule(uuid, timestamptz, timestamptz) owner to trimtab_definer;
grant execute on function trimtab.backfill_schedule(uuid, timestamptz, timestamptz) to trimtab_user, trimtab_engine;
