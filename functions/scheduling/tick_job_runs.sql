create or replace function trimtab.tick_job_runs(p_org_id uuid, p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: carries out what runs by schedules and records it, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
declare
  -- Whoever called said until when (set_deadline()).
  v_until timestamptz := substring(current_setting('application_name') from '^trimtab until (\S+)');
  v_run_id uuid;
  v_done integer := 0;
begin
  -- Lock order: the organization first, as everything that acts; then a run with its schedule, of which none is waited for.
  perform trimtab.lock_organization(p_org_id);
  for v_run_id in
    select r.id
    from trimtab.job_runs r
    join trimtab.scheduled_jobs j on j.org_id = r.org_id and j.id = r.job_id
    where r.org_id = p_org_id and r.status = 'running' and r.started_at + j.timeout_seconds * interval '1 second' < p_as_of
    order by r.started_at, r.id
    limit p_limit
    for no key update of r, j skip locked
  loop
    perform trimtab.settle_job_run(
      p_org_id, v_run_id, 'timed_out', null, '57014', 'It was left open for longer than its timeout.', p_as_of);
    v_done := v_done + 1;
  end loop;

  while v_done < p_limit loop
    select r.id into v_run_id
    from trimtab.job_runs r
    join trimtab.scheduled_jobs j on j.org_id = r.org_id and j.id = r.job_id
    where r.org_id = p_org_id
      and r.status = 'due'
      and r.due_at <= p_as_of
      -- One may wait for the run that goes on.
      and not (
        j.overlap = 'buffer_one'
        and exists (select from trimtab.job_runs o where o.org_id = p_org_id and o.job_id = j.id and o.status = 'running')
        and not exists (
          select
          from trimtab.job_runs o
          where o.org_id = p_org_id and o.job_id = j.id and o.status = 'due' and (o.due_at, o.id) < (r.due_at, r.id)))
    order by r.due_at, r.id
    limit 1
    -- Of the schedule no more than that it stays: it is moved on to its next slots meanwhile.
    for no key update of r skip locked
    for key share of j skip locked;
    exit when not found;
    perform trimtab.perform_job_run(p_org_id, v_run_id, p_as_of);
    v_done := v_done + 1;
    -- None is begun after it: the next tick has them.
    exit when trimtab.stopwatch() >= v_until;
  end loop;
  return v_done;
end
$$;
comment on function trimtab.tick_job_runs(uuid, timestamptz, integer) is
  'Part of the tick: carries out the runs of an organization''s schedules that are due. Oldest first, each in a block of its own (perform_job_run()); before that, those that were left open beyond their timeout are closed. At most p_limit, and none is begun after the caller''s deadline (set_deadline()); returns how many. For the engine. Errors: 55P03 when another holds the organization for five seconds.';
alter function trimtab.tick_job_runs(uuid, timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.tick_job_runs(uuid, timestamptz, integer) to trimtab_engine;
