-- How soon automation may turn round what it did, and how sure a change is.
set local lock_timeout = '5s';

alter table trimtab.guardrails
  add column reversal_hours numeric not null default 24,
  add constraint guardrails_reversal_hours_range check (reversal_hours >= 0);
comment on column trimtab.guardrails.reversal_hours is
  'So long no rule turns round what automation did to a campaign (resume after a pause, lower after a raise, and the other way); rules of the calendar are free to.';

-- It learns to compare two windows; it comes back with the deploy.
drop function if exists trimtab.confidence_of(uuid, uuid[], text[], text[], numeric[], numeric[], timestamptz, bigint);
