set local lock_timeout = '5s';
drop trigger if exists queue_event on trimtab.events;
comment on column trimtab.events.dedupe_key is null;
comment on column trimtab.events.source is null;
comment on column trimtab.events.occurred_at is null;
comment on column trimtab.events.recorded_at is null;
drop table trimtab.event_types;
