create or replace function trimtab.tick_due(p_org_id uuid, p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_waiting bigint := (select count(*) from trimtab.waiting_events w where w.org_id = p_org_id);
  v_done integer := trimtab.act_on_due(p_org_id);
  v_left bigint := (select count(*) from trimtab.waiting_events w where w.org_id = p_org_id);
begin
  -- Events that run into locks go on waiting: without progress there is no second round.
  return case when v_left between 1 and v_waiting - 1 then p_limit else least(v_done, p_limit - 1) end;
end
$$;
comment on function trimtab.tick_due(uuid, timestamptz, integer) is
  'Part of the tick: actions of rules whose delay is over, and events that rules wait for, of one organization (act_on_due()). Returns how many executions came of it; p_limit where some are still waiting.';
grant execute on function trimtab.tick_due(uuid, timestamptz, integer) to trimtab_engine;
