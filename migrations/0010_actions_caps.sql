-- Spend caps, what platforms may spend beyond a budget, and where guardrails came from.
set local lock_timeout = '5s';

create table trimtab.over_delivery (
  platform text not null,
  day_factor numeric not null,
  settled_over text,
  settled_days numeric,
  is_stated boolean not null,
  source text not null,
  constraint over_delivery_pkey primary key (platform),
  constraint over_delivery_platform_fkey foreign key (platform) references trimtab.platforms (code),
  constraint over_delivery_day_factor_range check (day_factor >= 1),
  constraint over_delivery_settled_known check (settled_over in ('week', 'month')),
  constraint over_delivery_settled_whole check ((settled_over is null) = (settled_days is null))
);
comment on table trimtab.over_delivery is
  'Reference: how much more than its daily budget a platform may spend on one day, and over how many daily budgets it evens out. A platform without a row, and a campaign without a platform, count with the greatest factor and nothing evened out.';
comment on column trimtab.over_delivery.day_factor is 'Greatest spend of one day ÷ daily budget.';
comment on column trimtab.over_delivery.settled_over is 'Calendar week or month over which the platform promises the daily budget on average; null: no promise.';
comment on column trimtab.over_delivery.settled_days is 'So many daily budgets are the most that the platform charges for one such period.';
comment on column trimtab.over_delivery.is_stated is 'true: the platform itself says so (source); false: assumed on the safe side.';

create table trimtab.spend_caps (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  level text not null,
  campaign_id uuid,
  group_id uuid,
  platform text,
  period text not null,
  amount numeric not null,
  currency trimtab.currency_code not null,
  reason text,
  created_by uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint spend_caps_pkey primary key (org_id, id),
  constraint spend_caps_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint spend_caps_campaign_fkey foreign key (org_id, campaign_id) references trimtab.campaigns (org_id, id) on delete cascade,
  constraint spend_caps_group_fkey foreign key (org_id, group_id) references trimtab.campaign_groups (org_id, id) on delete cascade,
  constraint spend_caps_platform_fkey foreign key (platform) references trimtab.platforms (code),
  constraint spend_caps_key unique nulls not distinct (org_id, level, period, campaign_id, group_id, platform),
  constraint spend_caps_level_known check (level in ('organization', 'platform', 'group', 'campaign')),
  constraint spend_caps_period_known check (period in ('day', 'month')),
  constraint spend_caps_level_has_target check (
    (level = 'campaign') = (campaign_id is not null)
    and (level = 'group') = (group_id is not null)
    and (level = 'platform') = (platform is not null)),
  constraint spend_caps_amount_is_money check (amount >= 0 and amount < 'Infinity')
);
create index spend_caps_campaign_idx on trimtab.spend_caps (org_id, campaign_id);
create index spend_caps_group_idx on trimtab.spend_caps (org_id, group_id);
create index spend_caps_platform_idx on trimtab.spend_caps (platform);
comment on table trimtab.spend_caps is
  'The spend envelope: what the campaigns of a target may spend at worst in a day or a month. Caps nest: a campaign has to fit under all that cover it. They bind everybody.';
comment on column trimtab.spend_caps.amount is 'In currency, the organization''s when the cap was set.';

create table trimtab.envelope_checks (
  org_id uuid not null,
  transaction_id xid8 not null default pg_current_xact_id(),
  campaign_id uuid not null,
  before jsonb,
  constraint envelope_checks_pkey primary key (org_id, transaction_id, campaign_id)
);
comment on table trimtab.envelope_checks is
  'Campaigns that a transaction in progress lets spend more: the check at its end looks at them and removes them, so no row is ever committed.';
comment on column trimtab.envelope_checks.before is 'status, budget, daily_budget, currency, platform, group_id, ends_at before the transaction; null: it made the campaign.';

alter table trimtab.guardrails add column profile text;
comment on column trimtab.guardrails.profile is 'code@version of the profile in the library that was applied last; single figures may have been changed since.';
