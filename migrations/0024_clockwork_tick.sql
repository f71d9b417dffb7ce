-- The tick: its parts are handlers with options; how each part went, and where each organization stands with it.
set local lock_timeout = '5s';

alter table trimtab.handlers
  add column options jsonb not null default '{}',
  add constraint handlers_options_is_object check (jsonb_typeof(options) = 'object');
comment on column trimtab.handlers.options is 'What the caller of this kind of handlers wants to know of one; of parts of the tick see tick_plan().';

create table trimtab.tick_parts (
  part text not null,
  last_started_at timestamptz,
  last_finished_at timestamptz,
  last_duration_ms integer,
  last_done_at timestamptz,
  done bigint not null default 0,
  runs bigint not null default 0,
  failures bigint not null default 0,
  overruns bigint not null default 0,
  organizations_left integer not null default 0,
  error_code text,
  error_message text,
  error_at timestamptz,
  constraint tick_parts_pkey primary key (part),
  constraint tick_parts_error_whole check (num_nonnulls(error_code, error_message, error_at) in (0, 3))
);
comment on table trimtab.tick_parts is
  'Reference: how each part of the tick went, and the tick itself (parts named tick). Nothing in it belongs to an organization.';
comment on column trimtab.tick_parts.last_finished_at is 'Written at most every ten seconds where nothing was done.';
comment on column trimtab.tick_parts.done is 'Items, since the first tick.';
comment on column trimtab.tick_parts.organizations_left is 'How many the last run had no time for; they come first in the next.';
comment on column trimtab.tick_parts.error_code is 'SQLSTATE of the last failure of the part itself or of an organization''s share; 57014: it was stopped at its deadline.';

create table trimtab.tick_units (
  org_id uuid not null,
  part text not null,
  served_at timestamptz not null,
  duration_ms integer not null default 0,
  done integer not null default 0,
  failures integer not null default 0,
  is_flooded boolean not null default false,
  not_before timestamptz,
  error_code text,
  error_message text,
  error_at timestamptz,
  constraint tick_units_pkey primary key (org_id, part),
  constraint tick_units_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade
);
create index tick_units_failing_idx on trimtab.tick_units (part, org_id) where failures > 0;
comment on table trimtab.tick_units is 'Where an organization stands with a part of the tick.';
comment on column trimtab.tick_units.served_at is 'When the part last did this organization''s share; -infinity: not yet.';
comment on column trimtab.tick_units.failures is 'Failures in a row.';
comment on column trimtab.tick_units.is_flooded is 'More waited than the part had time for.';
comment on column trimtab.tick_units.not_before is 'After a failure: when it is tried again.';

-- The tick does it: part old_facts.
drop procedure if exists trimtab.apply_retention(timestamptz);
