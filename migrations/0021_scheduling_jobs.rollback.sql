set local lock_timeout = '5s';
drop table trimtab.job_runs;
drop table trimtab.scheduled_jobs;
delete from trimtab.handlers where kind like 'job.%';
update trimtab.autopilot_runs set trigger = 'clock' where trigger in ('schedule', 'trigger');
alter table trimtab.autopilot_runs
  drop constraint autopilot_runs_trigger_known,
  add constraint autopilot_runs_trigger_known check (trigger in ('person', 'clock'));
