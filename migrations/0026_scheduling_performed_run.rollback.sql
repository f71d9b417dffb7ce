set local lock_timeout = '5s';
drop index trimtab.job_runs_transaction_idx;
alter table trimtab.job_runs drop column transaction_id;
