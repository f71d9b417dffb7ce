create or replace function trimtab.write_outcome(
  p_org_id uuid,
  p_execution_id uuid,
  p_actions jsonb,
  p_as_of timestamptz,
  p_started timestamptz
)
  returns trimtab.automation_executions
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_outcome record := trimtab.outcome_of(p_actions);
  v_execution trimtab.automation_executions;
begin
  update trimtab.automation_executions e
  set actions_executed = p_actions, status = v_outcome.status, results = v_outcome.results,
      error_code = v_outcome.error_code, error_message = v_outcome.error_message,
      completed_at = case when v_outcome.results -> 'waiting' = '0' then p_as_of end,
      -- The work, not the waiting.
      duration_ms = coalesce(e.duration_ms, 0) + round(extract(epoch from trimtab.stopwatch() - p_started) * 1000)
  where e.org_id = p_org_id and e.id = p_execution_id
  returning e.* into v_execution;
  return v_execution;
end
$$;
comment on function trimtab.write_outcome(uuid, uuid, jsonb, timestamptz, timestamptz) is
  'Writes what became of an execution''s actions, the status they add up to, and the work since p_started (trimtab.stopwatch()); completed_at once none of them waits. Returns the row. For the system''s own functions.';
grant execute on function trimtab.write_outcome(uuid, uuid, jsonb, timestamptz, timestamptz) to trimtab_definer;
