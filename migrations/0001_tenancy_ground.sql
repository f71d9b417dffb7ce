-- Organizations, people, logins, the audit log, and what belongs to everyone.
set local lock_timeout = '5s';

create domain trimtab.currency_code as text
  constraint currency_code_is_iso_4217 check (value ~ '^[A-Z]{3}$');
comment on domain trimtab.currency_code is 'ISO 4217 alphabetic code, upper case.';

create domain trimtab.time_zone_name as text
  constraint time_zone_name_is_iana check (value ~ '^(UTC|[A-Za-z]+(/[A-Za-z0-9_+-]+)+)$'
    and (timestamptz '2000-01-01 00:00+00' at time zone value) is not null);
comment on domain trimtab.time_zone_name is 'IANA time zone name such as Europe/Berlin, or UTC.';

create table trimtab.users (
  id uuid not null default gen_random_uuid(),
  email text,
  display_name text,
  is_system boolean not null default false,
  created_at timestamptz not null default now(),
  erased_at timestamptz,
  constraint users_pkey primary key (id),
  constraint users_email_has_one_at check (email ~ '^[^@[:space:]]+@[^@[:space:]]+$'),
  constraint users_erased_keep_no_personal_data
    check (erased_at is null or (email is null and display_name is null))
);
create index users_email_idx on trimtab.users (lower(email));
comment on table trimtab.users is
  'Reference: people and system actors. The only place of personal data; everything else points here by id, so that erasing a person leaves the trail.';
comment on column trimtab.users.email is
  'Not unique: each organization that adds an address adds a person of its own, so that none can find out whom others know. Only operators make one person a member of several.';

create table trimtab.organizations (
  org_id uuid not null default gen_random_uuid(),
  name text not null,
  time_zone trimtab.time_zone_name not null default 'UTC',
  currency trimtab.currency_code not null default 'USD',
  system_user_id uuid not null,
  knowledge_revision bigint not null default 0,
  replay_floor bigint not null default 0,
  created_at timestamptz not null default now(),
  archived_at timestamptz,
  constraint organizations_pkey primary key (org_id),
  constraint organizations_system_user_fkey foreign key (system_user_id) references trimtab.users (id),
  constraint organizations_name_not_blank check (btrim(name) <> ''),
  constraint organizations_replay_floor_is_known check (replay_floor between 0 and knowledge_revision)
);
create index organizations_system_user_id_idx on trimtab.organizations (system_user_id);
comment on table trimtab.organizations is
  'A tenant: its time zone, its currency, its system actor, and the number of its latest batch of facts. Its row is the lock that a run takes first.';
comment on column trimtab.organizations.knowledge_revision is 'Number of the latest published batch of facts.';
comment on column trimtab.organizations.replay_floor is 'Questions about what was known before this revision are refused: older facts were rolled forward.';

create table trimtab.memberships (
  org_id uuid not null,
  user_id uuid not null,
  role text not null,
  created_at timestamptz not null default now(),
  constraint memberships_pkey primary key (org_id, user_id),
  constraint memberships_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint memberships_user_fkey foreign key (user_id) references trimtab.users (id),
  constraint memberships_role_known check (role in ('owner', 'admin', 'manager', 'analyst', 'viewer'))
);
create index memberships_user_id_idx on trimtab.memberships (user_id);
comment on table trimtab.memberships is 'Who belongs to which organization, with which role.';

create table trimtab.database_logins (
  login text not null,
  kind text not null,
  user_id uuid,
  created_at timestamptz not null default now(),
  created_by text not null default session_user,
  constraint database_logins_pkey primary key (login),
  constraint database_logins_user_fkey foreign key (user_id) references trimtab.users (id),
  constraint database_logins_kind_known check (kind in ('analyst', 'application', 'jwt', 'engine')),
  constraint database_logins_analyst_is_a_person check ((kind = 'analyst') = (user_id is not null))
);
create index database_logins_user_id_idx on trimtab.database_logins (user_id);
comment on table trimtab.database_logins is
  'Reference: what a database login may claim. analyst: is one person; application: names a user and an organization in each transaction; jwt: the claims count; engine: the autopilot itself.';

create table trimtab.login_organizations (
  org_id uuid not null,
  login text not null,
  created_at timestamptz not null default now(),
  constraint login_organizations_pkey primary key (org_id, login),
  constraint login_organizations_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint login_organizations_login_fkey foreign key (login) references trimtab.database_logins (login) on delete cascade
);
create index login_organizations_login_idx on trimtab.login_organizations (login);
comment on table trimtab.login_organizations is 'The organizations that an analyst''s login is bound to. One is the default; of several it must choose.';

create table trimtab.audit_log (
  org_id uuid not null,
  id bigint generated always as identity,
  occurred_at timestamptz not null,
  user_id uuid,
  login text not null,
  rule_id uuid,
  run_id uuid,
  action text not null,
  entity_type text not null,
  entity_id uuid,
  old_values jsonb,
  new_values jsonb,
  transaction_id xid8 not null default pg_current_xact_id(),
  constraint audit_log_pkey primary key (org_id, id)
);
create index audit_log_entity_idx on trimtab.audit_log (org_id, entity_type, entity_id, occurred_at);
create index audit_log_occurred_at_idx on trimtab.audit_log (org_id, occurred_at);
comment on table trimtab.audit_log is
  'Who changed what, from what to what, when: written in the transaction of the change. People appear by id only.';

create table trimtab.library (
  kind text not null,
  code text not null,
  version integer not null,
  document jsonb not null,
  constraint library_pkey primary key (kind, code, version),
  constraint library_version_positive check (version > 0),
  constraint library_document_is_object check (jsonb_typeof(document) = 'object')
);
comment on table trimtab.library is
  'Reference: masters that belong to everyone (default rules, for one). An organization gets its own copy, which remembers where it came from.';

create table trimtab.handlers (
  kind text not null,
  function text not null,
  position integer not null default 100,
  constraint handlers_pkey primary key (kind, function)
);
comment on table trimtab.handlers is
  'Reference: functions of lower rooms that a higher room calls on an occasion (kind), in order of position. All handlers of a kind take the same arguments.';

create table trimtab.settings (
  name text not null,
  value jsonb not null,
  description text not null,
  constraint settings_pkey primary key (name)
);
comment on table trimtab.settings is 'Reference: settings of the whole installation.';

create table trimtab.error_codes (
  code text not null,
  name text not null,
  meaning text not null,
  constraint error_codes_pkey primary key (code),
  constraint error_codes_code_in_class check (code ~ '^TT[0-9]{3}$')
);
comment on table trimtab.error_codes is 'Reference: every SQLSTATE that Trimtab itself raises.';
