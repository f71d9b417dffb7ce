-- Rules, their versions, runs of the autopilot, and what was held back.
set local lock_timeout = '5s';

create table trimtab.automation_rules (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  description text,
  rule_type text not null,
  status text not null default 'active',
  priority integer not null default 50,
  version integer not null default 1,
  condition jsonb not null,
  action jsonb not null,
  signal_positions integer[] not null,
  bounds nummultirange[] not null,
  copied_from text,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint automation_rules_pkey primary key (org_id, id),
  constraint automation_rules_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint automation_rules_name_not_blank check (btrim(name) <> ''),
  constraint automation_rules_rule_type_known check (rule_type in ('pause', 'scale', 'optimize', 'create')),
  constraint automation_rules_status_known check (status in ('active', 'paused', 'archived')),
  constraint automation_rules_compiled check (cardinality(signal_positions) = cardinality(bounds)),
  constraint automation_rules_documents_are_objects check (jsonb_typeof(condition) = 'object' and jsonb_typeof(action) = 'object')
);
create unique index automation_rules_name_idx on trimtab.automation_rules (org_id, name) where status <> 'archived';
create index automation_rules_active_idx on trimtab.automation_rules (org_id, priority desc) where status = 'active';
comment on table trimtab.automation_rules is 'An organization''s rules, as they are now, with their conditions compiled to bounds on signals.';
comment on column trimtab.automation_rules.copied_from is 'code@version of the library master it was copied from.';
comment on column trimtab.automation_rules.signal_positions is 'Compiled: for each condition the position of its signal (negative: a live metric).';
comment on column trimtab.automation_rules.bounds is 'Compiled: for each condition the values with which it holds.';

create type trimtab.rule_match as (
  rule_id uuid,
  campaign_id uuid,
  found numeric[],
  facts_end_at timestamptz,
  facts_revision bigint
);
comment on type trimtab.rule_match is
  'A rule whose conditions all hold for a campaign: the values found, in the order of the rule''s conditions, and how fresh the facts are.';

create table trimtab.rule_versions (
  org_id uuid not null,
  rule_id uuid not null,
  version integer not null,
  document jsonb not null,
  changed_by uuid,
  login text not null,
  valid_from timestamptz not null,
  constraint rule_versions_pkey primary key (org_id, rule_id, version),
  constraint rule_versions_rule_fkey foreign key (org_id, rule_id) references trimtab.automation_rules (org_id, id) on delete cascade
);
comment on table trimtab.rule_versions is 'Every version of every rule, with who and when. Never changed.';

create table trimtab.autopilot_runs (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  trigger text not null,
  status text not null,
  as_of timestamptz not null,
  knowledge_revision bigint not null,
  campaigns_paused integer not null default 0,
  campaigns_scaled integer not null default 0,
  opportunities_detected integer not null default 0,
  held_back integer not null default 0,
  failed integer not null default 0,
  result jsonb not null default '{}',
  user_id uuid,
  login text not null,
  error_code text,
  error_message text,
  run_count integer not null default 1,
  started_at timestamptz not null,
  last_run_at timestamptz not null,
  constraint autopilot_runs_pkey primary key (org_id, id),
  constraint autopilot_runs_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint autopilot_runs_trigger_known check (trigger in ('person', 'clock')),
  constraint autopilot_runs_status_known check (status in ('success', 'partial', 'failure')),
  constraint autopilot_runs_failure_says_why check ((status = 'failure') = (error_code is not null))
);
create index autopilot_runs_last_run_at_idx on trimtab.autopilot_runs (org_id, last_run_at desc);
comment on table trimtab.autopilot_runs is
  'Runs of the autopilot. A run that finds nothing new is counted on the row of the one before it (run_count, last_run_at).';

create table trimtab.held_decisions (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  rule_id uuid not null,
  campaign_id uuid not null,
  rule_version integer not null,
  code text not null,
  reason text not null,
  evidence jsonb not null,
  confidence_score numeric(5,2),
  hold_count integer not null default 1,
  first_held_at timestamptz not null,
  last_held_at timestamptz not null,
  last_run_id uuid not null,
  constraint held_decisions_pkey primary key (org_id, id),
  constraint held_decisions_rule_fkey foreign key (org_id, rule_id) references trimtab.automation_rules (org_id, id) on delete cascade,
  constraint held_decisions_campaign_fkey foreign key (org_id, campaign_id) references trimtab.campaigns (org_id, id) on delete cascade,
  constraint held_decisions_key unique (org_id, rule_id, campaign_id, rule_version, code)
);
create index held_decisions_campaign_idx on trimtab.held_decisions (org_id, campaign_id);
create index held_decisions_last_held_at_idx on trimtab.held_decisions (org_id, last_held_at desc);
comment on table trimtab.held_decisions is
  'What a rule would have done and a gate held back: one row a rule version, campaign and gate, with first, last and count.';
comment on column trimtab.held_decisions.code is
  'The gate: lower_priority, opted_out, stale_facts, no_evidence, low_confidence, cool_off, cooldown, same_facts, no_budget, no_rate, at_cap, pause_share.';
