-- What is kept for how long is told in one place: kept_days(), carried out by tick_retention().
set local lock_timeout = '5s';

delete from trimtab.handlers where kind = 'retention';
drop function if exists trimtab.drop_old_alerts(uuid, timestamptz, integer);
drop function if exists trimtab.drop_old_anomalies(uuid, timestamptz, integer);
drop function if exists trimtab.drop_old_executions(uuid, timestamptz, integer);
drop function if exists trimtab.drop_old_firings(uuid, timestamptz, integer);
drop function if exists trimtab.drop_old_job_runs(uuid, timestamptz, integer);
drop function if exists trimtab.drop_old_measurements(uuid, timestamptz, integer);
drop function if exists trimtab.drop_old_messages(uuid, timestamptz, integer);
drop function if exists trimtab.drop_old_runs(uuid, timestamptz, integer);
drop function if exists trimtab.drop_old_webhook_receipts(uuid, timestamptz, integer);
