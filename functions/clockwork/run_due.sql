create or replace procedure trimtab.run_due()
  language plpgsql
as $$
-- It commits, so it has no SET clause and names everything in full. The block isolates failures: an organization that fails
-- is reported and costs the others nothing.
declare
  v_org_id uuid;
begin
  for v_org_id in
    select d.org_id from trimtab.organizations_with_due() d (org_id)
  loop
    set local lock_timeout = '2s';
    begin
      perform trimtab.init_transaction_context(null, v_org_id);
      perform trimtab.act_on_due(v_org_id);
    exception when others or assert_failure then
      raise warning 'what was due for organization % was not done: % [%]', v_org_id, sqlerrm, sqlstate;
    end;
    commit;
  end loop;
end
$$;
comment on procedure trimtab.run_due() is
  'What does not wait for the hourly job: for each organization that has any, in a transaction of its own, actions of rules whose delay is over and events that rules wait for. Cheap where there is nothing. Called every minute by pg_cron as trimtab_engine.';
grant execute on procedure trimtab.run_due() to trimtab_engine;
