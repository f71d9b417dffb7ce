-- The journal of what happened. Partitioned by the month in which an event was recorded.
set local lock_timeout = '5s';

create table trimtab.events (
  org_id uuid not null,
  id bigint generated always as identity,
  recorded_at timestamptz not null,
  occurred_at timestamptz not null,
  type text not null,
  subject_type text,
  subject_id uuid,
  payload jsonb not null default '{}',
  source text not null,
  dedupe_key text,
  constraint events_pkey primary key (org_id, id, recorded_at),
  constraint events_type_is_dotted check (type ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$'),
  constraint events_payload_is_object check (jsonb_typeof(payload) = 'object')
) partition by range (recorded_at);
create index events_type_idx on trimtab.events (org_id, type, recorded_at);
create index events_subject_idx on trimtab.events (org_id, subject_type, subject_id, recorded_at);
comment on table trimtab.events is 'What happened, written in the transaction in which it happened.';

create table trimtab.event_keys (
  org_id uuid not null,
  dedupe_key text not null,
  recorded_at timestamptz not null,
  constraint event_keys_pkey primary key (org_id, dedupe_key)
);
comment on table trimtab.event_keys is 'Keys of events that may be reported twice: what must be unique across the journal''s partitions.';
