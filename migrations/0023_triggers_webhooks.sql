-- Webhooks that come in: endpoints, their secrets (sealed), what was received, what was refused.
set local lock_timeout = '5s';

create table trimtab.webhook_endpoints (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  token_hash bytea not null,
  status text not null default 'active',
  event_type text,
  type_path text[],
  type_prefix text,
  rate_limit_per_minute integer not null default 600,
  max_body_bytes integer not null default 65536,
  skew_seconds integer not null default 300,
  created_at timestamptz not null,
  constraint webhook_endpoints_pkey primary key (org_id, id),
  constraint webhook_endpoints_name_key unique (org_id, name),
  constraint webhook_endpoints_token_hash_key unique (org_id, token_hash),
  constraint webhook_endpoints_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint webhook_endpoints_name_not_blank check (btrim(name) <> '' and length(name) <= 100),
  constraint webhook_endpoints_token_hash_is_sha256 check (octet_length(token_hash) = 32),
  constraint webhook_endpoints_status_known check (status in ('active', 'paused')),
  constraint webhook_endpoints_type_is_fixed_or_found
    check (num_nonnulls(event_type, type_path) = 1 and (type_path is null) = (type_prefix is null)),
  constraint webhook_endpoints_rate_limit_in_range check (rate_limit_per_minute between 1 and 60000),
  constraint webhook_endpoints_body_in_range check (max_body_bytes between 1 and 1048576),
  constraint webhook_endpoints_skew_in_range check (skew_seconds between 1 and 3600)
);
comment on table trimtab.webhook_endpoints is 'Where other systems report what happened, signed; each message becomes an event of the journal.';
comment on column trimtab.webhook_endpoints.token_hash is 'sha256 of the last part of the endpoint''s URL, which is kept nowhere.';
comment on column trimtab.webhook_endpoints.event_type is 'The type of the events; null: type_prefix and what stands at type_path of the message.';
comment on column trimtab.webhook_endpoints.rate_limit_per_minute is 'So many messages at once, regained evenly within a minute.';
comment on column trimtab.webhook_endpoints.skew_seconds is 'How far the time of a message may be from the present, before or after.';

create table trimtab.webhook_secrets (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  endpoint_id uuid not null,
  sealed bytea not null,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz,
  constraint webhook_secrets_pkey primary key (org_id, id),
  constraint webhook_secrets_endpoint_fkey foreign key (org_id, endpoint_id)
    references trimtab.webhook_endpoints (org_id, id) on delete cascade
);
create index webhook_secrets_endpoint_idx on trimtab.webhook_secrets (org_id, endpoint_id);
comment on table trimtab.webhook_secrets is 'Secrets with which messages to an endpoint are signed: several at once while one replaces another.';
comment on column trimtab.webhook_secrets.sealed is 'The secret, encrypted by seal().';
comment on column trimtab.webhook_secrets.last_used_at is 'When a message was signed with it last, to the minute.';

create table trimtab.webhook_receipts (
  org_id uuid not null,
  endpoint_id uuid not null,
  webhook_id text not null,
  received_at timestamptz not null,
  sent_at timestamptz not null,
  secret_id uuid not null,
  event_id bigint not null,
  constraint webhook_receipts_pkey primary key (org_id, endpoint_id, webhook_id),
  constraint webhook_receipts_endpoint_fkey foreign key (org_id, endpoint_id)
    references trimtab.webhook_endpoints (org_id, id) on delete cascade
);
create index webhook_receipts_received_at_idx on trimtab.webhook_receipts (org_id, received_at);
comment on table trimtab.webhook_receipts is 'Messages that became events, so that one that comes again does nothing.';

create table trimtab.webhook_traffic (
  org_id uuid not null,
  endpoint_id uuid not null,
  accepted bigint not null default 0,
  repeated bigint not null default 0,
  rate_limited bigint not null default 0,
  too_large bigint not null default 0,
  malformed bigint not null default 0,
  last_received_at timestamptz,
  left_in_minute numeric not null,
  counted_at timestamptz not null,
  constraint webhook_traffic_pkey primary key (org_id, endpoint_id),
  constraint webhook_traffic_endpoint_fkey foreign key (org_id, endpoint_id)
    references trimtab.webhook_endpoints (org_id, id) on delete cascade
) with (fillfactor = 50);
comment on table trimtab.webhook_traffic is 'What became of messages whose signature held. A row an endpoint, locked while one of them is taken.';
comment on column trimtab.webhook_traffic.left_in_minute is 'How many more messages the rate limit let through at counted_at.';

create table trimtab.webhook_refusals (
  org_id uuid not null,
  endpoint_id uuid not null,
  reason text not null,
  count bigint not null default 0,
  last_at timestamptz,
  constraint webhook_refusals_pkey primary key (org_id, endpoint_id, reason),
  constraint webhook_refusals_endpoint_fkey foreign key (org_id, endpoint_id)
    references trimtab.webhook_endpoints (org_id, id) on delete cascade,
  constraint webhook_refusals_reason_known check (reason in ('headers', 'secret', 'signature', 'timestamp', 'paused'))
) with (fillfactor = 50);
comment on table trimtab.webhook_refusals is
  'How many messages an endpoint answered with 401, and why, which their sender is not told. A fixed row a reason: anybody can send what is refused. While many come at once not each is counted.';

create table trimtab.stray_webhooks (
  is_only_row boolean not null default true,
  count bigint not null default 0,
  last_at timestamptz,
  constraint stray_webhooks_pkey primary key (is_only_row),
  constraint stray_webhooks_has_one_row check (is_only_row)
) with (fillfactor = 50);
comment on table trimtab.stray_webhooks is 'Reference: how many messages came for an endpoint that there is not. One row.';
insert into trimtab.stray_webhooks default values;
