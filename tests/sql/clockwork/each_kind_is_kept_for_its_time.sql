begin;
select plan(14);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.organization('Bolt') as bolt \gset
select test.fill(:'acme');
select test.fill(:'bolt');

create temporary view counted as
  select 'alerts' as what, org_id from trimtab.alerts union all
  select 'anomalies', org_id from trimtab.anomalies union all
  select 'executions', org_id from trimtab.automation_executions union all
  select 'firings', org_id from trimtab.trigger_firings union all
  select 'job_runs', org_id from trimtab.job_runs union all
  select 'measurements', org_id from trimtab.measurements union all
  select 'messages', org_id from trimtab.outbox union all
  select 'runs', org_id from trimtab.autopilot_runs union all
  select 'webhook_receipts', org_id from trimtab.webhook_receipts;
create function pg_temp.left_of(p_org_id uuid) returns text[] language sql as $$
  select coalesce(array_agg(c.what order by c.what), '{}') from counted c where c.org_id = p_org_id
$$;
create function pg_temp.keep(p_org_id uuid, p_days integer, p_and interval default '0') returns text[] language plpgsql as $$
begin
  perform trimtab.tick_retention(p_org_id, timestamptz '2026-03-20 12:00+00' + make_interval(days => p_days) + p_and, 100);
  return pg_temp.left_of(p_org_id);
end
$$;
create function pg_temp.finish(p_is_finished boolean) returns void language plpgsql set session_replication_role to replica as $$
begin
  update trimtab.alerts set status = case when p_is_finished then 'resolved' else 'open' end, resolved_at = case when p_is_finished then trimtab.clock() end;
  update trimtab.automation_executions set completed_at = case when p_is_finished then executed_at end;
  update trimtab.job_runs set status = case when p_is_finished then 'success' else 'due' end, completed_at = case when p_is_finished then trimtab.clock() end,
    started_at = case when p_is_finished then trimtab.clock() end;
  update trimtab.outbox set status = case when p_is_finished then 'delivered' else 'pending' end, delivered_at = case when p_is_finished then trimtab.clock() end;
  update trimtab.trigger_firings set status = case when p_is_finished then 'suppressed' else 'retrying' end,
    reason = case when p_is_finished then 'rate_limit' end, retry_at = case when not p_is_finished then fired_at end, completed_at = null;
end
$$;
select is(pg_temp.left_of(:'acme'), (select array_agg(k.what order by k.what) from trimtab.kept_days() k), 'there is a row of each kind');

select test.clock_at('2028-12-31 12:00+00');
select pg_temp.finish(false);
select is(pg_temp.keep(:'bolt', 2000), array['alerts', 'executions', 'firings', 'job_runs', 'messages'], 'what is not over stays, however old');
select test.clock_at('2026-03-20 12:00+00');
select pg_temp.finish(true);
select test.clock_at('2028-12-31 12:00+00');
select is(pg_temp.keep(:'acme', 30), array['alerts', 'anomalies', 'executions', 'firings', 'job_runs', 'measurements', 'messages', 'runs', 'webhook_receipts'],
  'nothing goes before its time');
update trimtab.settings set value = '{"webhook_receipts": "a month", "runs": -1, "alerts": 0, "messages": null, "anomalies": 1e9}' where name = 'kept_days';
select is((select array_agg(k.days order by k.what) from trimtab.kept_days() k), array[400, 800, 400, 90, 90, 400, 180, 400, 30], 'what is no number of days is passed by');
update trimtab.settings set value = '{"runs": 500}' where name = 'kept_days';
select is(pg_temp.keep(:'acme', 30, '1 s'), array['alerts', 'anomalies', 'executions', 'firings', 'job_runs', 'measurements', 'messages', 'runs'], 'receipts go');
select is(pg_temp.keep(:'acme', 90), array['alerts', 'anomalies', 'executions', 'firings', 'job_runs', 'measurements', 'messages', 'runs'], 'the rest stays');
select is(pg_temp.keep(:'acme', 90, '1 s'), array['alerts', 'anomalies', 'executions', 'measurements', 'messages', 'runs'],
  'firings go, those that were suppressed too, and runs of schedules');
select is(pg_temp.keep(:'acme', 180), array['alerts', 'anomalies', 'executions', 'measurements', 'messages', 'runs'], 'messages stay');
select is(pg_temp.keep(:'acme', 180, '1 s'), array['alerts', 'anomalies', 'executions', 'measurements', 'runs'], 'then go');
select is(pg_temp.keep(:'acme', 400, '1 s'), array['anomalies', 'runs'], 'so do alerts, executions and measurements');
select is(pg_temp.keep(:'acme', 500, '1 s'), array['anomalies'], 'runs as the setting says');
select is(pg_temp.keep(:'acme', 800), array['anomalies'], 'an anomaly is kept longest');
select is(pg_temp.keep(:'acme', 800, '1 s'), '{}', 'and goes at last');
select is(pg_temp.left_of(:'bolt'), array['alerts', 'executions', 'firings', 'job_runs', 'messages'], 'another organization keeps its own');
select * from finish();
rollback;
