-- Figures that do not fit what a campaign did before, and breaks of measurement that many campaigns share.
set local lock_timeout = '5s';

create table trimtab.anomalies (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  campaign_id uuid,
  platform text,
  kind text not null,
  metric text not null,
  window_code text not null,
  direction text not null,
  severity text not null,
  score numeric not null,
  expected numeric,
  found numeric,
  currency trimtab.currency_code,
  starts_at timestamptz not null,
  ends_at timestamptz not null,
  description text not null,
  evidence jsonb not null default '{}',
  facts_revision bigint not null,
  status text not null default 'open',
  detected_at timestamptz not null,
  last_found_at timestamptz not null,
  acknowledged_at timestamptz,
  acknowledged_by uuid,
  acknowledged_by_rule uuid,
  withdrawn_at timestamptz,
  note text,
  constraint anomalies_pkey primary key (org_id, id),
  constraint anomalies_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint anomalies_campaign_fkey foreign key (org_id, campaign_id) references trimtab.campaigns (org_id, id) on delete cascade,
  constraint anomalies_platform_fkey foreign key (platform) references trimtab.platforms (code),
  constraint anomalies_metric_fkey foreign key (metric) references trimtab.metrics (code),
  constraint anomalies_kind_known check (kind in ('spike', 'drop', 'delivery_stop', 'level_shift', 'tracking_break', 'shared_shift')),
  constraint anomalies_shared_has_no_campaign check ((kind in ('tracking_break', 'shared_shift')) = (campaign_id is null)),
  constraint anomalies_direction_known check (direction in ('up', 'down')),
  constraint anomalies_severity_known check (severity in ('low', 'medium', 'high', 'critical')),
  constraint anomalies_status_known check (status in ('open', 'acknowledged', 'withdrawn')),
  constraint anomalies_score_not_negative check (score >= 0 and score < 'Infinity'),
  constraint anomalies_ends_after_start check (ends_at > starts_at),
  constraint anomalies_acknowledged_has_time check (status <> 'acknowledged' or acknowledged_at is not null),
  constraint anomalies_withdrawn_has_time check ((status = 'withdrawn') = (withdrawn_at is not null))
);
create unique index anomalies_one_standing_idx on trimtab.anomalies (org_id, campaign_id, platform, metric, direction, starts_at)
  nulls not distinct where status <> 'withdrawn';
create index anomalies_campaign_idx on trimtab.anomalies (org_id, campaign_id, last_found_at desc);
create index anomalies_last_found_at_idx on trimtab.anomalies (org_id, last_found_at desc);
create index anomalies_platform_idx on trimtab.anomalies (platform);
create index anomalies_metric_idx on trimtab.anomalies (metric);
comment on table trimtab.anomalies is
  'Figures of a campaign that do not fit what it did before, one row an episode; and, without a campaign, what happened to many campaigns at once (tracking_break, shared_shift) and is none of theirs. Written by store_anomalies().';
comment on column trimtab.anomalies.platform is 'The campaign''s platform; of what many campaigns share, the one platform on which it happened, null: on all.';
comment on column trimtab.anomalies.window_code is 'What was judged: day, last_3_days, last_7_days, or last_3_hours.';
comment on column trimtab.anomalies.direction is 'up: the metric was higher than expected; down: lower. Whether that is good is another question.';
comment on column trimtab.anomalies.score is 'How far from what was expected, in standard deviations of the campaign''s own noise (signed deviance residual, without its sign); at most 99.9.';
comment on column trimtab.anomalies.expected is 'Value of the metric that was expected in the window; money in currency.';
comment on column trimtab.anomalies.found is 'Value that was found in the window.';
comment on column trimtab.anomalies.currency is 'Of expected and found, where the metric is money: the campaign''s.';
comment on column trimtab.anomalies.starts_at is 'Begin of the first period that did not fit; ends_at: end of the last one.';
comment on column trimtab.anomalies.facts_revision is 'Highest knowledge revision among the campaign''s facts when it was last judged.';
comment on column trimtab.anomalies.status is 'open; acknowledged by somebody or by a rule; withdrawn, because facts were corrected and it no longer holds.';
comment on column trimtab.anomalies.detected_at is 'When it was first found; last_found_at: when it last got longer, graver or another figure.';

create table trimtab.anomaly_marks (
  org_id uuid not null,
  looked_at timestamptz not null,
  day date not null,
  knowledge_revision bigint not null,
  last_change bigint not null,
  constraint anomaly_marks_pkey primary key (org_id),
  constraint anomaly_marks_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade
);
comment on table trimtab.anomaly_marks is
  'What the detector of anomalies saw when it last looked at an organization: as long as the day, the facts and the campaigns are the same, it need not look again.';
comment on column trimtab.anomaly_marks.last_change is 'Number of the latest row of the ledger.';
