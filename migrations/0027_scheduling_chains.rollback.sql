set local lock_timeout = '5s';
alter table trimtab.job_runs drop column depth;
