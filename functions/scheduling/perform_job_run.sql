create or replace function trimtab.perform_job_run(p_org_id uuid, p_run_id uuid, p_as_of timestamptz)
  returns text
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_most_attempts constant integer := 5;
  v_begun timestamptz := trimtab.stopwatch();
  v_outer text := current_setting('application_name');
  v_run trimtab.job_runs;
  v_job trimtab.scheduled_jobs;
  v_reason text;
  v_function text;
  v_result jsonb;
  v_status text;
  v_code text;
  v_message text;
begin
  select r.* into v_run from trimtab.job_runs r where r.org_id = p_org_id and r.id = p_run_id;
  select j.* into v_job from trimtab.scheduled_jobs j where j.org_id = p_org_id and j.id = v_run.job_id;

  v_reason := case
    when v_job.status in ('paused', 'failed') and v_run.origin not in ('person', 'backfill') then format('The schedule is %s.', v_job.status)
    when v_job.run_count >= v_job.max_runs and v_run.origin not in ('person', 'backfill') then format('It has run as often as it may (%s).', v_job.max_runs)
    when v_job.overlap <> 'allow' and exists (
      select from trimtab.job_runs r where r.org_id = p_org_id and r.job_id = v_job.id and r.status = 'running')
      then 'An earlier run goes on.'
  end;
  if v_reason is not null then
    perform trimtab.settle_job_run(p_org_id, p_run_id, 'skipped', jsonb_build_object('reason', v_reason), null, null, p_as_of);
    return 'skipped';
  end if;

  -- What is written from here on was caused by this run, and by what asked for it.
  update trimtab.job_runs r
  set transaction_id = pg_current_xact_id()
  where r.org_id = p_org_id and r.id = p_run_id;
  -- The block isolates failures: what the handler did is undone, and only that.
  begin
    perform trimtab.set_deadline('schedule ' || v_job.id, v_begun + v_job.timeout_seconds * interval '1 second');
    select h.function into v_function from trimtab.handlers h where h.kind = 'job.' || v_job.handler order by h.position limit 1;
    if not found then
      raise exception 'nothing carries out a schedule of the kind %', v_job.handler
        using errcode = 'TT036',
              detail = format('The schedule "%s".', v_job.name),
              hint = 'A kind of schedules needs its function in handlers.';
    end if;
    -- The name comes from a reference table that only deploys write.
    execute format('select %s($1, $2, $3)', v_function) into v_result
      using p_org_id, v_job.arguments, jsonb_strip_nulls(jsonb_build_object(
        'schedule_id', v_job.id, 'schedule_name', v_job.name, 'run_id', p_run_id, 'slot_at', v_run.slot_at, 'origin', v_run.origin,
        'event_id', v_run.event_id, 'rule_id', v_job.rule_id, 'time_zone', v_job.time_zone, 'as_of', p_as_of));
    -- What would be checked when the transaction ends is checked now, so that it costs this run and no other.
    perform trimtab.settle_envelope(p_org_id);
    perform set_config('application_name', v_outer, true);
    v_status := case
      when v_result ->> 'status' in ('running', 'skipped', 'failure') then v_result ->> 'status'
      else 'success'
    end;
    if v_status = 'failure' then
      v_code := v_result ->> 'error_code';
      v_message := coalesce(v_result ->> 'error_message', 'It said no more than that it failed.');
    end if;
  exception
    when query_canceled or assert_failure or others then
      get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
      if v_code = '40001' and current_setting('transaction_isolation') <> 'read committed' then
        -- The caller's transaction cannot go on.
        raise;
      end if;
      v_result := null;
      if v_code = '57014' and trimtab.stopwatch() < v_begun + v_job.timeout_seconds * interval '1 second' then
        -- Not its own time that is over: whoever cancelled meant all of it.
        raise;
      end if;
      v_status := case v_code when '57014' then 'timed_out' else 'failure' end;
      if v_status = 'timed_out' then
        v_message := format('It took longer than %s seconds.', v_job.timeout_seconds);
      end if;
  end;
  if v_code in ('55P03', '40P01', '40001') and v_status = 'failure' and v_result is null and v_run.attempts + 1 < c_most_attempts
    and v_run.origin <> 'person'
  then
    -- Whoever sits on a lock will let it go, or has written.
    update trimtab.job_runs r
    set transaction_id = null, attempts = r.attempts + 1, due_at = p_as_of + interval '1 minute', error_code = v_code, error_message = v_message
    where r.org_id = p_org_id and r.id = p_run_id;
    return 'due';
  end if;
  perform trimtab.settle_job_run(
    p_org_id, p_run_id, v_status, v_result, v_code, v_message, p_as_of,
    (extract(epoch from trimtab.stopwatch() - v_begun) * 1000)::integer);
  return v_status;
end
$$;
comment on function trimtab.perform_job_run(uuid, uuid, timestamptz) is
  'Carries out one run of a schedule by the function that handlers name for it, job.<handler>(p_org_id, p_arguments, p_context {schedule_id, schedule_name, run_id, slot_at, origin, event_id, rule_id, time_zone, as_of}), in a block of its own, and settles it: success with the function''s result; what the result''s status says where it is running, skipped or failure; failure with SQLSTATE and message; timed_out when it was cancelled after its timeout (set_deadline()); skipped by policy. One that ran into a lock or another''s write (55P03, 40P01, 40001) is due again in a minute, five times in all. Returns the status. For the system''s own functions, under the organization''s lock and that of the schedule''s row. Errors: 57014 where the cancel was for the caller, 40001 where its transaction is not read committed.';
grant execute on function trimtab.perform_job_run(uuid, uuid, timestamptz) to trimtab_definer;
