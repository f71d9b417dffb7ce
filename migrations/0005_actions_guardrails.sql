-- What bounds every automatic action of an organization.
set local lock_timeout = '5s';

create table trimtab.guardrails (
  org_id uuid not null,
  autopilot_enabled boolean not null default true,
  max_facts_age_hours numeric not null default 48,
  min_confidence_percent numeric not null default 0,
  cool_off_hours numeric not null default 72,
  budget_cooldown_hours numeric not null default 24,
  max_budget_step_percent numeric not null default 100,
  max_daily_budget_step_percent numeric not null default 100,
  max_pause_share_percent numeric not null default 25,
  updated_at timestamptz not null default now(),
  constraint guardrails_pkey primary key (org_id),
  constraint guardrails_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint guardrails_ranges check (
    max_facts_age_hours > 0 and cool_off_hours >= 0 and budget_cooldown_hours >= 0
    and min_confidence_percent between 0 and 100 and max_pause_share_percent between 0 and 100
    and max_budget_step_percent >= 0 and max_daily_budget_step_percent >= 0)
);
comment on table trimtab.guardrails is 'Bounds of what the autopilot may do in an organization.';
comment on column trimtab.guardrails.autopilot_enabled is 'The stop switch: when false, nothing is decided and nothing is done.';
comment on column trimtab.guardrails.max_facts_age_hours is 'Facts older than this are stale: rules act in neither direction.';
comment on column trimtab.guardrails.min_confidence_percent is 'Below this probability a decision is held back; a rule may ask for more (min_confidence). 0: the probability is recorded and left to people. Without any, nothing is done.';
comment on column trimtab.guardrails.cool_off_hours is 'So long a campaign is left alone after a person resumed it or an action was taken back.';
comment on column trimtab.guardrails.budget_cooldown_hours is 'Least time between two automatic budget changes of a campaign; and newer facts must have come in.';
comment on column trimtab.guardrails.max_budget_step_percent is 'Greatest rise of a budget by one action, in percent of the budget before.';
comment on column trimtab.guardrails.max_daily_budget_step_percent is 'Greatest rise of a budget by all automatic actions of 24 hours, in percent of the budget before them.';
comment on column trimtab.guardrails.max_pause_share_percent is 'Greatest share of the campaigns that were active 24 hours ago or since that automation may pause within 24 hours; one is always allowed, unless it is 0.';
