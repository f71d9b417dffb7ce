-- The metric catalogue, facts with their history, imports, and the memo of signals.
set local lock_timeout = '5s';

create table trimtab.metrics (
  code text not null,
  position integer,
  unit text not null,
  direction text not null,
  aggregate text not null,
  numerator text,
  denominator text,
  factor numeric not null default 1,
  same_as text,
  description text not null,
  constraint metrics_pkey primary key (code),
  constraint metrics_position_key unique (position),
  constraint metrics_unit_known check (unit in ('count', 'money', 'percent', 'multiple', 'hours')),
  constraint metrics_direction_known check (direction in ('up', 'down', 'none')),
  constraint metrics_aggregate_known check (aggregate in ('sum', 'greatest', 'ratio', 'live', 'alias')),
  constraint metrics_ratio_has_parts check ((aggregate = 'ratio') = (numerator is not null and denominator is not null)),
  constraint metrics_alias_names_another check ((aggregate = 'alias') = (same_as is not null)),
  constraint metrics_windowed_has_position check ((aggregate in ('sum', 'greatest', 'ratio')) = (position is not null))
);
comment on table trimtab.metrics is
  'Reference: the one definition of every metric. sum and greatest are over the facts of a window, ratio is factor × numerator ÷ denominator (null when the denominator is 0 or absent), live depends on the campaign and the moment, alias is another name.';
comment on column trimtab.metrics.direction is 'up: more is better; down: less is better.';
comment on column trimtab.metrics.position is 'Place of the metric in an array of signals: element (position - 1) × number of windows + position of the window.';

create table trimtab.metric_windows (
  code text not null,
  position integer not null,
  unit text not null,
  first_unit integer,
  last_unit integer not null,
  previous_of text,
  description text not null,
  constraint metric_windows_pkey primary key (code),
  constraint metric_windows_position_key unique (position),
  constraint metric_windows_unit_known check (unit in ('hour', 'day')),
  constraint metric_windows_order check (first_unit >= last_unit)
);
comment on table trimtab.metric_windows is
  'Reference: the windows. first_unit and last_unit count back from the moment asked for: for days 0 is today, 1 yesterday; for hours 1 is the last complete hour. No first_unit: from the beginning.';

create table trimtab.knowledge_revisions (
  org_id uuid not null,
  revision bigint not null,
  published_at timestamptz not null,
  batch_id uuid,
  is_backfill boolean not null default false,
  constraint knowledge_revisions_pkey primary key (org_id, revision),
  constraint knowledge_revisions_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade
);
create index knowledge_revisions_published_at_idx on trimtab.knowledge_revisions (org_id, published_at);
comment on table trimtab.knowledge_revisions is
  'When each batch of facts of an organization became known. Numbers are given out under the organization''s lock.';
comment on column trimtab.knowledge_revisions.is_backfill is 'Facts that were imported long after their day with an assumed lag.';

create table trimtab.campaign_metrics (
  org_id uuid not null,
  campaign_id uuid not null,
  grain text not null,
  dimension text not null default '',
  subject text not null default '',
  day date not null,
  hour timestamptz not null default '-infinity',
  known_from bigint not null,
  known_to bigint,
  is_derived boolean not null default false,
  currency trimtab.currency_code not null,
  impressions bigint,
  clicks bigint,
  spend numeric,
  conversions numeric,
  revenue numeric,
  reach bigint,
  frequency numeric,
  likes bigint,
  shares bigint,
  comments bigint,
  constraint campaign_metrics_pkey primary key (org_id, campaign_id, grain, day, dimension, subject, hour, known_from),
  constraint campaign_metrics_grain_known check (grain in ('breakdown', 'day', 'hour')),
  constraint campaign_metrics_dimension_known check (dimension in ('', 'creative', 'audience', 'placement', 'device', 'hour')),
  constraint campaign_metrics_breakdown_has_subject check ((grain = 'breakdown') = (dimension <> '' and subject <> '')),
  constraint campaign_metrics_hour_has_start check ((grain = 'hour') = (hour > '-infinity')),
  constraint campaign_metrics_known_order check (known_to > known_from),
  constraint campaign_metrics_not_negative check (
    impressions >= 0 and clicks >= 0 and spend >= 0 and conversions >= 0 and reach >= 0)
) partition by range (grain, day);
create unique index campaign_metrics_current_idx on trimtab.campaign_metrics
  (org_id, campaign_id, grain, day, dimension, subject, hour) where known_to is null;
comment on table trimtab.campaign_metrics is
  'Facts. A row of grain day is the whole of a campaign''s local day, grain hour one hour of it, grain breakdown a day by one dimension; grains are never added together. Nothing is overwritten: a correction closes the row (known_to) and adds another.';
comment on column trimtab.campaign_metrics.known_from is 'Knowledge revision of the organization with which the row became known.';
comment on column trimtab.campaign_metrics.known_to is 'Revision that replaced it; null: still so.';
comment on column trimtab.campaign_metrics.is_derived is 'A day added up from its hours because no daily figure was reported. A reported day replaces it, never the other way round.';

create table trimtab.campaign_lifetime_metrics (
  org_id uuid not null,
  campaign_id uuid not null,
  first_day date not null,
  last_day date not null,
  days integer not null,
  known_measures integer not null,
  currency trimtab.currency_code not null,
  facts_revision bigint not null,
  rolled_at timestamptz not null,
  impressions numeric,
  clicks numeric,
  spend numeric,
  conversions numeric,
  revenue numeric,
  likes numeric,
  shares numeric,
  comments numeric,
  reach_sum numeric,
  greatest_reach numeric,
  constraint campaign_lifetime_metrics_pkey primary key (org_id, campaign_id, first_day),
  constraint campaign_lifetime_metrics_campaign_fkey foreign key (org_id, campaign_id) references trimtab.campaigns (org_id, id) on delete cascade,
  constraint campaign_lifetime_metrics_within_a_month check (
    last_day >= first_day and date_trunc('month', last_day::timestamp) = date_trunc('month', first_day::timestamp))
);
comment on table trimtab.campaign_lifetime_metrics is
  'What is left of daily facts that are no longer kept, so that lifetime figures stay whole. A row adds up days of one campaign and month on which the same measures were known and one exchange rate held: so ratios and converted money are what they were before.';
comment on column trimtab.campaign_lifetime_metrics.known_measures is
  'Which measures these days have: 1 impressions, 2 clicks, 4 spend, 8 conversions, 16 revenue, 32 likes, 64 shares, 128 comments, 256 reach, added up.';
comment on column trimtab.campaign_lifetime_metrics.facts_revision is 'Highest knowledge revision among the days.';

alter table trimtab.organizations add column facts_from date not null default '-infinity';
comment on column trimtab.organizations.facts_from is 'Facts of earlier days were rolled forward into campaign_lifetime_metrics: they count by their sums only, and no correction of them is taken.';

create table trimtab.campaign_signals (
  org_id uuid not null,
  campaign_id uuid not null,
  signals numeric[] not null,
  first_day date,
  facts_end_at timestamptz,
  facts_revision bigint not null,
  computed_at timestamptz not null,
  valid_until timestamptz not null,
  constraint campaign_signals_pkey primary key (org_id, campaign_id),
  constraint campaign_signals_campaign_fkey foreign key (org_id, campaign_id) references trimtab.campaigns (org_id, id) on delete cascade
);
-- The arrays stay in the row and uncompressed: they are read far more often than written.
alter table trimtab.campaign_signals alter column signals set storage main;
alter table trimtab.campaign_signals set (toast_tuple_target = 8160);
create index campaign_signals_valid_until_idx on trimtab.campaign_signals (org_id, valid_until);
comment on table trimtab.campaign_signals is
  'Memo of compute_signals() for the present moment: every windowed metric, by catalogue position. Always equal to a recomputation; a batch of facts or the end of a window makes a row stale (valid_until).';
comment on column trimtab.campaign_signals.facts_end_at is 'End of the latest period with a fact (end of the local day or hour).';
comment on column trimtab.campaign_signals.facts_revision is 'Highest knowledge revision among the campaign''s facts.';

create table trimtab.import_batches (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  file_name text not null,
  file_sha256 text,
  format text not null,
  options jsonb not null default '{}',
  status text not null default 'loading',
  revision bigint,
  rows_read bigint not null default 0,
  rows_inserted bigint not null default 0,
  rows_updated bigint not null default 0,
  rows_unchanged bigint not null default 0,
  rows_quarantined bigint not null default 0,
  rows_held bigint not null default 0,
  rows_skipped bigint not null default 0,
  totals jsonb not null default '{}',
  created_by uuid,
  login text not null,
  base_revision bigint,
  transaction_id xid8 not null default pg_current_xact_id(),
  created_at timestamptz not null,
  published_at timestamptz,
  constraint import_batches_pkey primary key (org_id, id),
  constraint import_batches_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint import_batches_status_known check (status in ('loading', 'published', 'unchanged', 'failed'))
);
create index import_batches_created_at_idx on trimtab.import_batches (org_id, created_at desc);
comment on table trimtab.import_batches is
  'Each import: the file, what it was read as, and what became of its rows. rows_read is the sum of the six counts below it.';
comment on column trimtab.import_batches.revision is 'Knowledge revision that the import published (the last one, if it published several); null when it changed nothing.';
comment on column trimtab.import_batches.rows_inserted is 'Rows of the file that became part of a fact that was not known before.';
comment on column trimtab.import_batches.rows_updated is 'Rows whose fact was known with other figures.';
comment on column trimtab.import_batches.rows_unchanged is 'Rows whose fact was known just so.';
comment on column trimtab.import_batches.rows_quarantined is 'Faulty rows.';
comment on column trimtab.import_batches.rows_held is 'Good rows of a campaign and day of which another row is faulty: a sum that lacks a part would be wrong, so they wait with it.';
comment on column trimtab.import_batches.rows_skipped is 'Rows of totals, and rows of a retry that a later import has overtaken.';
comment on column trimtab.import_batches.totals is 'Sums over the imported rows by currency, facts by grain, campaigns, days, and what is worth a look (flags).';
comment on column trimtab.import_batches.base_revision is 'Knowledge revision of the organization when the import was finished: facts known later overtake its quarantined rows.';

create table trimtab.quarantined_rows (
  org_id uuid not null,
  id bigint generated always as identity,
  batch_id uuid not null,
  line_number bigint not null,
  faults jsonb not null,
  raw jsonb not null,
  is_typed boolean not null default false,
  is_held boolean not null default false,
  status text not null default 'open',
  corrected jsonb,
  resolved_batch_id uuid,
  resolved_by uuid,
  resolved_at timestamptz,
  created_at timestamptz not null,
  constraint quarantined_rows_pkey primary key (org_id, id),
  constraint quarantined_rows_batch_fkey foreign key (org_id, batch_id) references trimtab.import_batches (org_id, id) on delete cascade,
  constraint quarantined_rows_resolved_batch_fkey foreign key (org_id, resolved_batch_id) references trimtab.import_batches (org_id, id),
  constraint quarantined_rows_status_known check (status in ('open', 'resolved', 'discarded')),
  constraint quarantined_rows_faults_are_list check (jsonb_typeof(faults) = 'array')
);
create index quarantined_rows_batch_idx on trimtab.quarantined_rows (org_id, batch_id);
create index quarantined_rows_resolved_batch_idx on trimtab.quarantined_rows (org_id, resolved_batch_id);
create index quarantined_rows_open_idx on trimtab.quarantined_rows (org_id, created_at) where status = 'open';
comment on table trimtab.quarantined_rows is
  'Rows of an import that could not be believed: line, raw values, and each fault with column, value, reason. They can be corrected and tried again.';
comment on column trimtab.quarantined_rows.faults is 'List of objects: column (heading of the file), field, value, reason.';
comment on column trimtab.quarantined_rows.raw is 'The row as the file had it, by heading; where is_typed, by field, for it could be read and was refused for what it says.';
comment on column trimtab.quarantined_rows.is_held is 'Nothing is wrong with this row, but with another one of its campaign and day.';

create type trimtab.import_row as (
  line_number bigint,
  quarantined_id bigint,
  campaign_id uuid,
  platform text,
  external_id text,
  title text,
  campaign_status text,
  campaign_budget numeric,
  campaign_daily_budget numeric,
  currency text,
  day date,
  hour timestamptz,
  local_hour smallint,
  creative text,
  audience text,
  placement text,
  device text,
  hour_of_day text,
  impressions bigint,
  clicks bigint,
  spend numeric,
  conversions numeric,
  revenue numeric,
  reach bigint,
  frequency numeric,
  likes bigint,
  shares bigint,
  comments bigint,
  skipped text,
  faults jsonb,
  raw jsonb,
  is_held boolean,
  campaign_key text
);
comment on type trimtab.import_row is 'A row of the temporary table trimtab_import, into which an import puts what it has read.';
comment on column trimtab.import_row.line_number is 'Line of the file on which the row begins.';
comment on column trimtab.import_row.quarantined_id is 'The quarantined row that is tried again.';
comment on column trimtab.import_row.campaign_id is 'The campaign itself, where it is known; otherwise platform with external_id or title say which one it is.';
comment on column trimtab.import_row.campaign_status is 'draft, active, paused, completed or archived, for a campaign that is made; null: active.';
comment on column trimtab.import_row.currency is 'ISO 4217 code of spend and revenue; null: the campaign''s, or for a new one the organization''s.';
comment on column trimtab.import_row.day is 'Local day of the organization''s time zone.';
comment on column trimtab.import_row.hour is 'For an hourly fact the start of the hour; or else local_hour.';
comment on column trimtab.import_row.local_hour is 'For an hourly fact the hour of the day in the organization''s time zone, 0 to 23.';
comment on column trimtab.import_row.skipped is 'The row is no fact: total; or blank_name (no campaign is named: a total if its figures are the sum of the others, a fault if not).';
comment on column trimtab.import_row.faults is 'What is wrong with the row already: list of objects with column, field, value, reason.';
comment on column trimtab.import_row.raw is 'The faulty row as the file had it: heading to text.';

create type trimtab.import_campaign as (
  campaign_key text,
  platform text,
  external_id text,
  title text,
  source_key text,
  campaign_id uuid,
  currency text,
  first_line bigint,
  candidates integer
);
comment on type trimtab.import_campaign is 'How an import names a campaign, and which one that is. For the import''s own work.';

create type trimtab.import_fact as (
  campaign_id uuid,
  grain text,
  dimension text,
  subject text,
  day date,
  hour timestamptz,
  is_derived boolean,
  currency text,
  rows bigint,
  state text,
  old_known_from bigint,
  impressions bigint,
  clicks bigint,
  spend numeric,
  conversions numeric,
  revenue numeric,
  reach bigint,
  frequency numeric,
  likes bigint,
  shares bigint,
  comments bigint
);
comment on type trimtab.import_fact is 'A fact that an import brings, compared with what is known (state: new, changed, same, overtaken). For the import''s own work.';
comment on column trimtab.import_row.campaign_key is 'How the row names its campaign, in one value to join and group by; computed.';
