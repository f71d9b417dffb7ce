create or replace procedure trimtab.run_all()
  language plpgsql
as $$
-- A procedure that commits can have no SET clause: everything here is qualified.
declare
  v_org_id uuid;
  v_code text;
  v_message text;
begin
  perform trimtab.ensure_partitions();
  commit;
  for v_org_id in
    select o.org_id from trimtab.organizations o where o.archived_at is null order by o.org_id
  loop
    -- Each organization in a transaction of its own; one that fails costs the others nothing.
    begin
      perform trimtab.init_transaction_context(null, v_org_id);
      perform trimtab.run_organization(v_org_id, 'clock');
    exception when others then
      get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
      perform trimtab.record_failed_run(v_org_id, v_code, v_message);
    end;
    commit;
    begin
      perform trimtab.init_transaction_context(null, v_org_id);
      perform trimtab.measure_action_impact(v_org_id);
    exception when others then
      get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
      perform trimtab.record_failed_run(v_org_id, v_code, 'measuring effects: ' || v_message);
    end;
    commit;
  end loop;
end
$$;
comment on procedure trimtab.run_all() is
  'The hourly job: partitions ahead, then for each organization, in transactions of its own, a run of the autopilot and the measurement of effects. Called by pg_cron as trimtab_engine.';
grant execute on procedure trimtab.run_all() to trimtab_engine;
