-- How far a run is from what set it off, so that runs and events that set each other off come to rest.
set local lock_timeout = '5s';

alter table trimtab.job_runs add column depth integer not null default 0;
comment on column trimtab.job_runs.depth is
  'How many runs and firings of triggers, each caused by the one before, led to it, itself included; 0: the calendar or a person did.';
