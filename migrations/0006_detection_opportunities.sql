-- What could be better, with the evidence for it.
set local lock_timeout = '5s';

create table trimtab.optimization_opportunities (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  campaign_id uuid not null,
  opportunity_type text not null,
  subject text not null default '',
  severity text not null,
  description text not null,
  suggested_action text not null,
  proposed_action jsonb not null default '{}',
  estimated_impact jsonb not null default '{}',
  confidence_score numeric(5,2),
  evidence jsonb not null default '{}',
  status text not null default 'open',
  detected_count integer not null default 1,
  first_detected_at timestamptz not null,
  last_detected_at timestamptz not null,
  resolved_at timestamptz,
  resolved_by uuid,
  reason text,
  created_at timestamptz not null,
  constraint optimization_opportunities_pkey primary key (org_id, id),
  constraint optimization_opportunities_campaign_fkey foreign key (org_id, campaign_id) references trimtab.campaigns (org_id, id) on delete cascade,
  constraint optimization_opportunities_type_known check (opportunity_type in (
    'low_conversion', 'high_traffic_low_conversion', 'declining_performance', 'budget_inefficiency',
    'audience_mismatch', 'creative_fatigue', 'timing_optimization')),
  constraint optimization_opportunities_severity_known check (severity in ('critical', 'high', 'medium', 'low')),
  constraint optimization_opportunities_status_known check (status in ('open', 'in_progress', 'resolved', 'dismissed')),
  constraint optimization_opportunities_confidence_is_percent check (confidence_score between 0 and 100),
  constraint optimization_opportunities_closed_has_time check ((status in ('resolved', 'dismissed')) = (resolved_at is not null))
);
create unique index optimization_opportunities_one_open_idx on trimtab.optimization_opportunities
  (org_id, campaign_id, opportunity_type, subject) where status in ('open', 'in_progress');
create index optimization_opportunities_campaign_idx on trimtab.optimization_opportunities (org_id, campaign_id);
create index optimization_opportunities_open_idx on trimtab.optimization_opportunities (org_id, created_at desc) where status = 'open';
comment on table trimtab.optimization_opportunities is
  'What could be better about a campaign, or about one creative, placement or audience of it. One open row a campaign, type and subject.';
comment on column trimtab.optimization_opportunities.reason is 'Why it was resolved or dismissed, in the words of who did it.';
comment on column trimtab.optimization_opportunities.subject is 'dimension:name of what it is about, such as creative:Ad Name 5; empty: the campaign as a whole.';
comment on column trimtab.optimization_opportunities.proposed_action is 'What to do, for a machine: {"action": …, parameters}.';
comment on column trimtab.optimization_opportunities.evidence is 'The figures; a dismissed opportunity comes back only when these have changed materially.';

create table trimtab.detection_marks (
  org_id uuid not null,
  looked_at timestamptz not null,
  day date not null,
  knowledge_revision bigint not null,
  last_change bigint not null,
  limits jsonb not null,
  constraint detection_marks_pkey primary key (org_id),
  constraint detection_marks_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade
);
comment on table trimtab.detection_marks is
  'What the detectors of opportunities saw when they last looked at an organization: as long as the day, the facts, the campaigns and the lines are the same, they need not look again.';
comment on column trimtab.detection_marks.last_change is 'Number of the latest row of the ledger.';
