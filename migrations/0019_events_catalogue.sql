-- The catalogue of the journal's types, each with the schema of its payload.
set local lock_timeout = '5s';

create table trimtab.event_types (
  type text not null,
  source text not null,
  room text not null,
  description text not null,
  subject_type text,
  payload_schema jsonb not null default '{"type": "object"}',
  payload_check jsonpath,
  constraint event_types_pkey primary key (type),
  constraint event_types_type_is_dotted check (type ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$'),
  constraint event_types_source_known check (source in ('system', 'external')),
  constraint event_types_payload_is_object check (payload_schema ->> 'type' = 'object')
);
comment on table trimtab.event_types is
  'Reference: the types of events that are known, with what their payloads hold. The first part of a system type is the system''s own: nobody else may write events that begin with it. An organization may also write types that stand here nowhere.';
comment on column trimtab.event_types.source is
  'system: Trimtab writes them, in the transaction of what happened; external: people, applications and webhooks do, and their payloads are held against the schema.';
comment on column trimtab.event_types.subject_type is 'What the event is about; null: differs, or is up to whoever writes it.';
comment on column trimtab.event_types.payload_schema is 'A small part of JSON Schema: see schema_faults().';
comment on column trimtab.event_types.payload_check is
  'The schema as a predicate that holds for no payload with a fault, made of it when it is stored; null where there is none. What it does not hold for is looked at by schema_faults().';

comment on column trimtab.events.recorded_at is 'When it was received: the time of the transaction that wrote it. The months of the journal go by it.';
comment on column trimtab.events.occurred_at is 'When it happened, as its source says.';
comment on column trimtab.events.source is 'Who wrote it: trimtab, rule, submitted (a person or an application), and others.';
comment on column trimtab.events.dedupe_key is 'An event with the same key of the organization is written once; see event_keys. What comes from outside has keys that begin with submitted:.';

-- They are made anew in another shape: the queue with one statement a batch, the payload no longer optional, so that
-- people's emit_event('a.type', '{}') means one function only.
drop trigger if exists queue_event on trimtab.events;
drop function if exists trimtab.emit_event(uuid, text, jsonb, text, uuid, text, text, timestamptz);
drop function if exists trimtab.rule_event_fault(text);
