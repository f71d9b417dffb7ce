create or replace procedure trimtab.run_all()
  language plpgsql
as $$
-- It commits, so it has no SET clause and names everything in full. The blocks isolate failures: a part or an organization
-- that fails is reported and costs the others nothing.
declare
  v_org_id uuid;
  v_code text;
  v_message text;
begin
  set local lock_timeout = '2s';
  begin
    perform trimtab.ensure_partitions();
  exception when others or assert_failure then
    raise warning 'partitions were not made ahead: % [%]', sqlerrm, sqlstate;
  end;
  commit;

  for v_org_id in
    select o.org_id from trimtab.organizations o where o.archived_at is null order by o.org_id
  loop
    set local lock_timeout = '5s';
    begin
      perform trimtab.init_transaction_context(null, v_org_id);
      perform trimtab.run_organization(v_org_id, 'clock');
    exception when others or assert_failure then
      get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
      begin
        perform trimtab.record_failed_run(v_org_id, v_code, v_message);
      exception when others or assert_failure then
        raise warning 'the run of organization % failed: % [%]; that was not recorded: %', v_org_id, v_message, v_code, sqlerrm;
      end;
    end;
    commit;
    set local lock_timeout = '5s';
    begin
      perform trimtab.init_transaction_context(null, v_org_id);
      perform trimtab.measure_action_impact(v_org_id);
    exception when others or assert_failure then
      raise warning 'the effects of organization % were not measured: % [%]', v_org_id, sqlerrm, sqlstate;
    end;
    commit;
    set local lock_timeout = '5s';
    begin
      perform trimtab.init_transaction_context(null, v_org_id);
      perform trimtab.watch_organization(v_org_id);
    exception when others or assert_failure then
      raise warning 'organization % was not watched for suspicious changes: % [%]', v_org_id, sqlerrm, sqlstate;
    end;
    commit;
  end loop;

  begin
    perform trimtab.drop_old_events();
  exception when others or assert_failure then
    raise warning 'the journal was not shortened: % [%]', sqlerrm, sqlstate;
  end;
  commit;
  call trimtab.apply_retention();
end
$$;
comment on procedure trimtab.run_all() is
  'The hourly job: partitions ahead; for each organization, in transactions of its own, a run of the autopilot, the measurement of effects and the watch for suspicious changes; then what the settings say is kept no longer. Called by pg_cron as trimtab_engine.';
grant execute on procedure trimtab.run_all() to trimtab_engine;
