-- What goes outside and to people: the outbox of messages, notifications, alerts, and where webhooks may go.
set local lock_timeout = '5s';

create table trimtab.outbox (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  kind text not null,
  recipients text[] not null default '{}',
  subject text,
  body text,
  url text,
  method text,
  payload jsonb,
  dedupe_key text,
  execution_id uuid,
  rule_id uuid,
  campaign_id uuid,
  status text not null default 'pending',
  not_before timestamptz not null,
  created_at timestamptz not null,
  delivered_at timestamptz,
  constraint outbox_pkey primary key (org_id, id),
  constraint outbox_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint outbox_campaign_fkey foreign key (org_id, campaign_id) references trimtab.campaigns (org_id, id) on delete cascade,
  constraint outbox_dedupe_key_key unique (org_id, dedupe_key),
  constraint outbox_kind_known check (kind in ('in_app', 'email', 'slack', 'webhook')),
  constraint outbox_status_known check (status in ('pending', 'delivered', 'failed', 'cancelled')),
  constraint outbox_webhook_has_address check ((kind = 'webhook') = (url is not null)),
  constraint outbox_webhook_has_method check ((kind = 'webhook') = (method is not null)),
  constraint outbox_method_known check (method in ('POST', 'PUT')),
  constraint outbox_message_has_body check (kind = 'webhook' or body is not null),
  constraint outbox_delivered_has_time check ((status = 'delivered') = (delivered_at is not null))
);
create index outbox_pending_idx on trimtab.outbox (org_id, not_before) where status = 'pending';
create index outbox_created_at_idx on trimtab.outbox (org_id, created_at desc);
create index outbox_campaign_idx on trimtab.outbox (org_id, campaign_id);
create index outbox_execution_idx on trimtab.outbox (org_id, execution_id) where execution_id is not null;
comment on table trimtab.outbox is
  'Messages to people and other systems, written in the transaction of what they tell. Those within Trimtab (in_app) are delivered at once, the others wait for their delivery.';
comment on column trimtab.outbox.recipients is
  'user:<id>, role:<least role>, e-mail addresses of people who are no members, or names of channels (#…). Addresses of members are kept as ids.';
comment on column trimtab.outbox.dedupe_key is 'A message with a key that the organization has used is not written again.';
comment on column trimtab.outbox.execution_id is 'The execution of a rule that wrote it.';

create table trimtab.notifications (
  org_id uuid not null,
  message_id uuid not null,
  user_id uuid not null,
  subject text,
  body text not null,
  campaign_id uuid,
  created_at timestamptz not null,
  read_at timestamptz,
  constraint notifications_pkey primary key (org_id, message_id, user_id),
  constraint notifications_message_fkey foreign key (org_id, message_id) references trimtab.outbox (org_id, id) on delete cascade,
  constraint notifications_user_fkey foreign key (user_id) references trimtab.users (id),
  constraint notifications_campaign_fkey foreign key (org_id, campaign_id) references trimtab.campaigns (org_id, id) on delete cascade
);
create index notifications_user_idx on trimtab.notifications (user_id, created_at desc);
create index notifications_campaign_idx on trimtab.notifications (org_id, campaign_id);
create index notifications_unread_idx on trimtab.notifications (org_id, user_id, created_at desc) where read_at is null;
comment on table trimtab.notifications is 'Messages within Trimtab, a row for each person; each sees the own ones only.';

create table trimtab.alerts (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  severity text not null default 'medium',
  status text not null default 'open',
  title text not null,
  message text,
  source text not null,
  campaign_id uuid,
  rule_id uuid,
  rule_name text,
  assignee_id uuid,
  assignee_role text,
  evidence jsonb not null default '{}',
  raised_count integer not null default 1,
  first_raised_at timestamptz not null,
  last_raised_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  resolved_at timestamptz,
  resolved_by uuid,
  note text,
  constraint alerts_pkey primary key (org_id, id),
  constraint alerts_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint alerts_campaign_fkey foreign key (org_id, campaign_id) references trimtab.campaigns (org_id, id) on delete cascade,
  constraint alerts_assignee_fkey foreign key (assignee_id) references trimtab.users (id),
  constraint alerts_severity_known check (severity in ('low', 'medium', 'high', 'critical')),
  constraint alerts_status_known check (status in ('open', 'acknowledged', 'resolved')),
  constraint alerts_title_not_blank check (btrim(title) <> ''),
  constraint alerts_assignee_role_known check (assignee_role in ('viewer', 'analyst', 'manager', 'admin', 'owner')),
  constraint alerts_one_assignee check (num_nonnulls(assignee_id, assignee_role) <= 1),
  constraint alerts_acknowledged_has_time check (status <> 'acknowledged' or acknowledged_at is not null),
  constraint alerts_resolved_has_time check ((status = 'resolved') = (resolved_at is not null)),
  constraint alerts_evidence_is_object check (jsonb_typeof(evidence) = 'object')
);
create unique index alerts_one_open_idx on trimtab.alerts (org_id, source, rule_id, campaign_id, title) nulls not distinct
  where status <> 'resolved';
create index alerts_status_idx on trimtab.alerts (org_id, last_raised_at desc) where status <> 'resolved';
create index alerts_campaign_idx on trimtab.alerts (org_id, campaign_id);
create index alerts_assignee_idx on trimtab.alerts (assignee_id);
comment on table trimtab.alerts is
  'What somebody should look at. One unresolved row for a source, rule, campaign and title; raised again, it is counted there.';
comment on column trimtab.alerts.source is 'Who raised it: rule, or a part of the system by its name.';
comment on column trimtab.alerts.assignee_role is 'Everybody with this role or a higher one, where no person is named.';
comment on column trimtab.alerts.note is 'What was said when it was acknowledged or resolved.';

create table trimtab.alert_occurrences (
  org_id uuid not null,
  dedupe_key text not null,
  alert_id uuid not null,
  severity text not null,
  message text,
  execution_id uuid,
  raised_at timestamptz not null,
  constraint alert_occurrences_pkey primary key (org_id, dedupe_key),
  constraint alert_occurrences_alert_fkey foreign key (org_id, alert_id) references trimtab.alerts (org_id, id) on delete cascade,
  constraint alert_occurrences_severity_known check (severity in ('low', 'medium', 'high', 'critical'))
);
create index alert_occurrences_alert_idx on trimtab.alert_occurrences (org_id, alert_id, raised_at desc);
create index alert_occurrences_execution_idx on trimtab.alert_occurrences (org_id, execution_id) where execution_id is not null;
comment on table trimtab.alert_occurrences is 'Each time an alert was raised. What has been raised under a key is not raised again, resolved or not.';

create table trimtab.webhook_hosts (
  org_id uuid not null,
  host text not null,
  created_at timestamptz not null default now(),
  constraint webhook_hosts_pkey primary key (org_id, host),
  constraint webhook_hosts_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint webhook_hosts_host_is_a_name check (
    host ~ '^(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+$')
);
comment on table trimtab.webhook_hosts is
  'Hosts to which an organization''s webhooks may go; *.name: what stands below it. Without a row any public host (of those that the setting webhook_hosts allows).';
