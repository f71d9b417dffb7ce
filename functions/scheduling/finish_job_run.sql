create or replace function trimtab.finish_job_run(
  p_org_id uuid,
  p_run_id uuid,
  p_status text,
  p_result jsonb default null,
  p_error_code text default null,
  p_error_message text default null
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  perform trimtab.lock_organization(p_org_id);
  perform from trimtab.job_runs r where r.org_id = p_org_id and r.id = p_run_id and r.status = 'running' for no key update;
  if not found or p_status is null or p_status not in ('success', 'failure', 'timed_out', 'skipped') then
    raise exception 'this run cannot be closed as %', coalesce(p_status, 'null')
      using errcode = 'TT076',
            detail = format('Run %s is %s.', p_run_id, coalesce(
              (select r.status from trimtab.job_runs r where r.org_id = p_org_id and r.id = p_run_id), 'unknown')),
            hint = 'A run whose handler answered {"status": "running"} is closed once, as success, failure, timed_out or skipped.';
  end if;
  perform trimtab.settle_job_run(
    p_org_id, p_run_id, p_status, p_result, p_error_code,
    case when p_status in ('failure', 'timed_out') then coalesce(p_error_message, 'It said no more than that it failed.') end,
    trimtab.clock());
end
$$;
comment on function trimtab.finish_job_run(uuid, uuid, text, jsonb, text, text) is
  'Closes a run of a schedule that its handler left open (status running), as success, failure, timed_out or skipped. For the system''s own functions. Errors: TT076 it is not open.';
grant execute on function trimtab.finish_job_run(uuid, uuid, text, jsonb, text, text) to trimtab_definer;
