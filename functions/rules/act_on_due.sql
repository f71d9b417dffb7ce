create or replace function trimtab.act_on_due(p_org_id uuid)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: takes the run-time lock and writes executions, which no caller may.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
declare
  v_now timestamptz;
  v_executions uuid[];
  v_events record;
begin
  perform trimtab.lock_organization(p_org_id);
  v_now := greatest(trimtab.clock(), (select max(c.executed_at) from trimtab.campaign_changes c where c.org_id = p_org_id));
  if trimtab.automation_stop(p_org_id) is not null then
    return 0;
  end if;
  perform trimtab.refresh_signals(p_org_id);
  v_executions := trimtab.carry_out_due(p_org_id, v_now);
  select * into v_events from trimtab.judge_waiting_events(p_org_id, v_now);
  v_executions := v_executions || v_events.execution_ids;
  perform trimtab.record_failures(p_org_id, v_executions, null);
  perform trimtab.record_holds(p_org_id, v_events.holds, v_now);
  perform trimtab.count_executions(p_org_id, v_executions);
  return cardinality(v_executions);
end
$$;
comment on function trimtab.act_on_due(uuid) is
  'Between two runs: carries out actions whose delay is over and judges events that wait, for one organization. Returns how many executions were begun or completed. For the engine. Errors: 55P03 when another holds the organization for five seconds.';
alter function trimtab.act_on_due(uuid) owner to trimtab_definer;
grant execute on function trimtab.act_on_due(uuid) to trimtab_engine;
