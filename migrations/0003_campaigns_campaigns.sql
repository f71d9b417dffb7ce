-- Platforms, campaigns, the ledger of their changes, and the marks for the platforms.
set local lock_timeout = '5s';

create table trimtab.platforms (
  code text not null,
  name text not null,
  counts_view_through boolean not null default false,
  constraint platforms_pkey primary key (code),
  constraint platforms_code_is_lower_case check (code ~ '^[a-z][a-z0-9_]*$')
);
comment on table trimtab.platforms is 'Reference: the advertising platforms.';
comment on column trimtab.platforms.counts_view_through is 'Conversions may exceed clicks, because views without a click count too.';

create table trimtab.currencies (
  code trimtab.currency_code not null,
  minor_units smallint not null,
  constraint currencies_pkey primary key (code),
  constraint currencies_minor_units_range check (minor_units between 0 and 4)
);
comment on table trimtab.currencies is 'Reference: currencies whose smallest unit is not a hundredth (ISO 4217). Others have two digits.';

create table trimtab.exchange_rates (
  from_currency trimtab.currency_code not null,
  to_currency trimtab.currency_code not null,
  valid_from date not null,
  recorded_at timestamptz not null default now(),
  rate numeric not null,
  source text not null,
  constraint exchange_rates_pkey primary key (from_currency, to_currency, valid_from, recorded_at),
  constraint exchange_rates_rate_positive check (rate > 0),
  constraint exchange_rates_two_currencies check (from_currency <> to_currency)
);
comment on table trimtab.exchange_rates is
  'Reference: one unit of from_currency is worth rate units of to_currency, from valid_from until the next row; of several for a day the one recorded last counts. Never updated.';

create table trimtab.campaign_groups (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  created_at timestamptz not null default now(),
  constraint campaign_groups_pkey primary key (org_id, id),
  constraint campaign_groups_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint campaign_groups_name_key unique (org_id, name)
);
comment on table trimtab.campaign_groups is 'Campaigns that belong together.';

create table trimtab.campaigns (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  title text not null,
  platform text,
  external_id text,
  source_key text,
  group_id uuid,
  tags text[] not null default '{}',
  status text not null default 'draft',
  budget numeric,
  daily_budget numeric,
  bid numeric,
  bid_strategy text,
  currency trimtab.currency_code not null,
  starts_at timestamptz,
  ends_at timestamptz,
  autonomous_enabled boolean not null default true,
  activated_at timestamptz,
  active_seconds numeric not null default 0,
  observed_status text,
  observed_budget numeric,
  observed_daily_budget numeric,
  observed_bid numeric,
  observed_at timestamptz,
  created_by uuid,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint campaigns_pkey primary key (org_id, id),
  constraint campaigns_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint campaigns_platform_fkey foreign key (platform) references trimtab.platforms (code),
  constraint campaigns_group_fkey foreign key (org_id, group_id) references trimtab.campaign_groups (org_id, id),
  constraint campaigns_title_not_blank check (btrim(title) <> ''),
  constraint campaigns_status_known check (status in ('draft', 'active', 'paused', 'completed', 'archived')),
  constraint campaigns_budget_not_negative check (budget >= 0),
  constraint campaigns_daily_budget_not_negative check (daily_budget >= 0),
  constraint campaigns_bid_not_negative check (bid >= 0),
  constraint campaigns_ends_after_start check (ends_at > starts_at)
);
create unique index campaigns_source_idx on trimtab.campaigns (org_id, platform, source_key) nulls not distinct
  where source_key is not null;
create index campaigns_platform_idx on trimtab.campaigns (platform);
create index campaigns_group_idx on trimtab.campaigns (org_id, group_id);
create index campaigns_active_idx on trimtab.campaigns (org_id) where status = 'active';
comment on table trimtab.campaigns is
  'A campaign on one platform, or on none. status, budget, daily_budget and bid are what we want; observed_* is what the platform last said.';
comment on column trimtab.campaigns.source_key is 'How an import knows the campaign again: id:<platform''s id> or name:<title in the export>.';
comment on column trimtab.campaigns.budget is 'Budget of the whole campaign, in currency.';
comment on column trimtab.campaigns.daily_budget is 'Budget a day, in currency.';
comment on column trimtab.campaigns.activated_at is 'Since when it has been active without a break; null while it is not.';
comment on column trimtab.campaigns.active_seconds is 'Seconds it was active before activated_at.';

create table trimtab.campaign_changes (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  campaign_id uuid not null,
  action_type text not null,
  is_automated boolean not null,
  origin text not null,
  reason text not null,
  previous_state jsonb not null,
  new_state jsonb not null,
  confidence_score numeric(5,2),
  expected_impact text,
  actual_impact jsonb,
  evidence jsonb not null default '{}',
  status text not null default 'pending',
  user_id uuid,
  login text not null,
  rule_id uuid,
  rule_version integer,
  run_id uuid,
  rollback_of uuid,
  rolled_back_at timestamptz,
  rolled_back_by uuid,
  error_code text,
  error_message text,
  transaction_id xid8 not null default pg_current_xact_id(),
  executed_at timestamptz,
  created_at timestamptz not null,
  constraint campaign_changes_pkey primary key (org_id, id),
  constraint campaign_changes_campaign_fkey foreign key (org_id, campaign_id) references trimtab.campaigns (org_id, id) on delete cascade,
  constraint campaign_changes_rollback_of_fkey foreign key (org_id, rollback_of) references trimtab.campaign_changes (org_id, id),
  constraint campaign_changes_action_type_known check (action_type in (
    'auto_pause', 'auto_scale_up', 'auto_scale_down', 'optimization_applied', 'ab_test_created',
    'budget_adjusted', 'targeting_refined', 'creative_refreshed',
    'status_changed', 'bid_adjusted', 'settings_changed', 'rollback')),
  constraint campaign_changes_origin_known check (origin in ('rule', 'person', 'engine', 'operator', 'rollback')),
  constraint campaign_changes_status_known check (status in ('pending', 'executed', 'rolled_back', 'failed')),
  constraint campaign_changes_confidence_is_percent check (confidence_score between 0 and 100),
  constraint campaign_changes_failed_says_why check ((status = 'failed') = (error_code is not null)),
  constraint campaign_changes_executed_has_time check (status not in ('executed', 'rolled_back') or executed_at is not null),
  constraint campaign_changes_rolled_back_has_time check ((status = 'rolled_back') = (rolled_back_at is not null))
);
create index campaign_changes_campaign_idx on trimtab.campaign_changes (org_id, campaign_id, created_at desc);
create index campaign_changes_executed_at_idx on trimtab.campaign_changes (org_id, executed_at desc);
create index campaign_changes_created_at_idx on trimtab.campaign_changes (org_id, created_at desc);
create index campaign_changes_pending_idx on trimtab.campaign_changes (org_id, campaign_id) where status = 'pending';
create index campaign_changes_rollback_of_idx on trimtab.campaign_changes (org_id, rollback_of);
create index campaign_changes_unmeasured_idx on trimtab.campaign_changes (org_id, executed_at)
  where actual_impact is null and is_automated and status = 'executed';
comment on table trimtab.campaign_changes is
  'The ledger: every change of a campaign''s status, budget, daily budget or bid, by whomever, with what was before and after. Written by the door only.';
comment on column trimtab.campaign_changes.previous_state is 'status, budget, daily_budget, bid, bid_strategy before the change, all of them.';
comment on column trimtab.campaign_changes.new_state is 'The same after the change; of a failed action, what was wanted.';
comment on column trimtab.campaign_changes.confidence_score is 'Probability in percent that the decision was right, given the facts; null when nobody computed one.';
comment on column trimtab.campaign_changes.evidence is 'Figures behind the decision: conditions with the values found, knowledge revision, as_of.';

create table trimtab.campaign_outbox (
  org_id uuid not null,
  campaign_id uuid not null,
  change_id uuid,
  marked_at timestamptz not null,
  constraint campaign_outbox_pkey primary key (org_id, campaign_id),
  constraint campaign_outbox_campaign_fkey foreign key (org_id, campaign_id) references trimtab.campaigns (org_id, id) on delete cascade
);
comment on column trimtab.campaign_outbox.change_id is 'The latest change; null: the campaign was made here and its platform does not know it yet.';
comment on table trimtab.campaign_outbox is
  'Campaigns on a platform that may differ from what the platform has. What to send is desired minus observed, computed when the mark is claimed.';
