create or replace function trimtab.job_autopilot_run(p_org_id uuid, p_arguments jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_result jsonb := trimtab.run_organization(p_org_id, 'schedule');
begin
  return v_result || case
    when (v_result ->> 'stopped')::boolean then jsonb_build_object('status', 'skipped', 'reason', v_result -> 'stop_reason')
    when not (v_result ->> 'success')::boolean then jsonb_build_object(
      'status', 'failure', 'error_message', coalesce(v_result #>> '{errors,0,message}', v_result #>> '{detection_error,message}'))
    else '{}'
  end;
end
$$;
comment on function trimtab.job_autopilot_run(uuid, jsonb, jsonb) is
  'Handler of schedules of a run of the autopilot: run_organization(). Returns what that does; skipped while a stop switch is on, failure where a part of it failed. Errors: those of run_organization().';
grant execute on function trimtab.job_autopilot_run(uuid, jsonb, jsonb) to trimtab_definer;
