-- Which transaction carries out a run: what is written meanwhile was caused by what asked for the run.
set local lock_timeout = '5s';

alter table trimtab.job_runs add column transaction_id xid8;
create index job_runs_transaction_idx on trimtab.job_runs (org_id, transaction_id) where transaction_id is not null;
comment on column trimtab.job_runs.transaction_id is
  'The transaction that carries it out, while it does: events that are written there meanwhile were caused by the run.';
