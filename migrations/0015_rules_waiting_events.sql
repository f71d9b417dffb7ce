-- Events that rules wait for, until a run has judged them.
set local lock_timeout = '5s';

create table trimtab.waiting_events (
  org_id uuid not null,
  event_id bigint not null,
  recorded_at timestamptz not null,
  constraint waiting_events_pkey primary key (org_id, event_id),
  constraint waiting_events_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade
);
comment on table trimtab.waiting_events is
  'Events of the journal of a type that a rule of the organization waits for, until they are judged. A queue rather than a number up to which the journal was read: transactions do not end in the order of their events'' numbers.';

-- An event that is judged when it comes is held back outside any run.
alter table trimtab.held_decisions alter column last_run_id drop not null;
