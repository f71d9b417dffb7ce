create or replace function trimtab.record_failed_run(p_org_id uuid, p_error_code text, p_error_message text)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: writes the run of an organization whose own transaction came to nothing.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_run_id uuid;
begin
  -- What fails again and again in the same way is one row with a count.
  update trimtab.autopilot_runs r
  set run_count = r.run_count + 1, last_run_at = v_now, as_of = v_now, error_message = p_error_message
  where r.org_id = p_org_id and r.status = 'failure' and r.error_code = p_error_code
    and r.id = (select l.id from trimtab.autopilot_runs l where l.org_id = p_org_id order by l.last_run_at desc limit 1)
  returning r.id into v_run_id;
  if not found then
    insert into trimtab.autopilot_runs (
      org_id, trigger, status, as_of, knowledge_revision, login, error_code, error_message, started_at, last_run_at)
    select o.org_id, 'clock', 'failure', v_now, o.knowledge_revision, session_user, p_error_code, p_error_message, v_now, v_now
    from trimtab.organizations o
    where o.org_id = p_org_id
    returning id into v_run_id;
    perform trimtab.emit_event(p_org_id, 'autopilot.run_failed',
      jsonb_build_object('error_code', p_error_code, 'error_message', p_error_message), 'run', v_run_id);
  end if;
  return v_run_id;
end
$$;
comment on function trimtab.record_failed_run(uuid, text, text) is
  'Records that the clock''s run of an organization failed, with its SQLSTATE. For the engine. Returns the run''s id.';
alter function trimtab.record_failed_run(uuid, text, text) owner to trimtab_definer;
grant execute on function trimtab.record_failed_run(uuid, text, text) to trimtab_engine;
