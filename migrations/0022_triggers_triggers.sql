-- Triggers: what an event or a measure starts. What they listen to, what waits to be fired, what was fired; measurements of
-- subjects that are no campaigns.
set local lock_timeout = '5s';

create table trimtab.triggers (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  description text,
  status text not null default 'active',
  document jsonb not null,
  source text not null,
  event_type text not null,
  subject_type text,
  subject_id uuid,
  condition jsonpath,
  filter_path text[],
  filter_operator text,
  filter_value jsonb,
  metric text,
  metric_window text,
  test text,
  operator text,
  level numeric,
  hysteresis numeric,
  change_amount numeric,
  is_percent boolean,
  direction text,
  since text,
  milestone_every numeric,
  milestone_levels numeric[],
  rate_limit_count integer,
  rate_limit_seconds integer,
  debounce_seconds integer,
  longest_wait_seconds integer,
  batch_events integer,
  batch_seconds integer,
  target_code text not null,
  target jsonb not null,
  fired_count bigint not null default 0,
  failed_count bigint not null default 0,
  suppressed_count bigint not null default 0,
  last_fired_at timestamptz,
  last_error text,
  last_error_at timestamptz,
  created_by uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint triggers_pkey primary key (org_id, id),
  constraint triggers_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint triggers_name_key unique (org_id, name),
  constraint triggers_name_not_blank check (btrim(name) <> ''),
  constraint triggers_status_known check (status in ('active', 'paused')),
  constraint triggers_source_known check (source in ('event', 'metric')),
  constraint triggers_event_type_is_dotted check (event_type ~ '^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*\.([a-z][a-z0-9_]*|\*)$'),
  constraint triggers_filter_is_whole check (num_nulls(filter_path, filter_operator, filter_value) in (0, 3)),
  constraint triggers_test_known check (test in ('threshold', 'change', 'milestone')),
  constraint triggers_metric_has_test check (
    (source = 'metric') = (metric is not null) and (source = 'metric') = (test is not null)
    and (metric is null or subject_type is not null)),
  constraint triggers_operator_known check (operator in ('>', '>=', '<', '<=')),
  constraint triggers_direction_known check (direction in ('up', 'down', 'either')),
  constraint triggers_since_known check (since in ('fired', 'previous')),
  constraint triggers_threshold_is_whole check (
    test is distinct from 'threshold' or num_nulls(operator, level, hysteresis) = 0 and hysteresis >= 0),
  constraint triggers_change_is_whole check (
    test is distinct from 'change' or num_nulls(change_amount, is_percent, direction, since) = 0 and change_amount > 0),
  constraint triggers_milestone_is_whole check (
    test is distinct from 'milestone' or num_nonnulls(milestone_every, milestone_levels) = 1 and coalesce(milestone_every > 0, true)),
  constraint triggers_rate_limit_is_whole check (num_nulls(rate_limit_count, rate_limit_seconds) <> 1),
  constraint triggers_debounce_is_whole check (num_nulls(debounce_seconds, longest_wait_seconds) <> 1),
  constraint triggers_batch_is_whole check (num_nulls(batch_events, batch_seconds) <> 1),
  constraint triggers_gathers_one_way check (num_nonnulls(debounce_seconds, batch_events) <= 1),
  constraint triggers_documents_are_objects check (jsonb_typeof(document) = 'object' and jsonb_typeof(target) = 'object')
);
create index triggers_event_type_idx on trimtab.triggers (org_id, event_type) where status = 'active';
create index triggers_metric_idx on trimtab.triggers (org_id, subject_type, metric) where status = 'active' and source = 'metric';
comment on table trimtab.triggers is
  'What an event of the journal starts, and when: the type it has, the subject it is about, a condition on its payload, how often and in which portions. One that watches a metric makes an event itself and listens to that. document is what was saved; the columns are read from it.';
comment on column trimtab.triggers.event_type is
  'A type of events, or what it begins with: campaign.* is every type below campaign. Of a metric''s trigger: the type of the events that it makes.';
comment on column trimtab.triggers.condition is 'A predicate about the payload ($); one that cannot be answered does not hold.';
comment on column trimtab.triggers.filter_path is
  'With filter_operator and filter_value a part of the condition by which events are looked up, see condition_filter().';
comment on column trimtab.triggers.hysteresis is 'How far a value has to fall back behind the threshold until the trigger is armed again.';
comment on column trimtab.triggers.since is
  'What a change is counted from: the value with which the trigger fired last (before that, the first one seen), or the previous value.';
comment on column trimtab.triggers.longest_wait_seconds is 'A debounced trigger fires so long after the first event at the latest, though it is never quiet.';
comment on column trimtab.triggers.target_code is 'What carries it out is the function of the handler trigger_target.<code>; target is its argument.';

-- Hundreds of thousands a minute pass through here: no foreign keys. What is left of a removed trigger is let go when it is next looked at.
create table trimtab.trigger_matches (
  org_id uuid not null,
  trigger_id uuid not null,
  event_id bigint not null,
  recorded_at timestamptz not null,
  depth integer not null default 0,
  chain uuid[],
  held_back text,
  firing_id bigint,
  constraint trigger_matches_pkey primary key (org_id, trigger_id, event_id),
  constraint trigger_matches_held_back_known check (held_back in ('own_event', 'chain_too_long'))
);
create index trigger_matches_firing_idx on trimtab.trigger_matches (org_id, firing_id) where firing_id is not null;
comment on table trimtab.trigger_matches is
  'Events that match a trigger, until it has fired with them: a queue. Written in the transaction of the event.';
comment on column trimtab.trigger_matches.depth is 'How many firings, each caused by the one before, led to the event.';
comment on column trimtab.trigger_matches.chain is 'The triggers whose firings led to the event.';
comment on column trimtab.trigger_matches.held_back is
  'Why the trigger does not fire with it: own_event: it caused the event itself; chain_too_long: triggers set each other off.';
comment on column trimtab.trigger_matches.firing_id is 'The firing that failed with it and will be tried again.';

create table trimtab.trigger_firings (
  org_id uuid not null,
  id bigint generated always as identity,
  trigger_id uuid not null,
  trigger_name text not null,
  status text not null,
  reason text,
  event_count bigint not null,
  event_ids bigint[] not null default '{}',
  first_event_at timestamptz,
  last_event_at timestamptz,
  target_code text,
  depth integer not null default 0,
  chain uuid[] not null default '{}',
  attempts integer not null default 0,
  retry_at timestamptz,
  transaction_id xid8,
  result jsonb,
  error_code text,
  error_message text,
  fired_at timestamptz not null,
  completed_at timestamptz,
  constraint trigger_firings_pkey primary key (org_id, id),
  constraint trigger_firings_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint trigger_firings_status_known check (status in ('success', 'skipped', 'running', 'retrying', 'failed', 'suppressed')),
  constraint trigger_firings_reason_known check (reason in ('rate_limit', 'own_event', 'chain_too_long', 'paused')),
  constraint trigger_firings_suppressed_has_reason check ((status = 'suppressed') = (reason is not null)),
  constraint trigger_firings_retrying_has_time check ((status = 'retrying') = (retry_at is not null))
);
create index trigger_firings_trigger_idx on trimtab.trigger_firings (org_id, trigger_id, id desc);
create index trigger_firings_fired_at_idx on trimtab.trigger_firings (org_id, fired_at desc);
create index trigger_firings_retrying_idx on trimtab.trigger_firings (org_id, retry_at) where status = 'retrying';
create index trigger_firings_running_idx on trimtab.trigger_firings (org_id, transaction_id) where status = 'running';
comment on table trimtab.trigger_firings is
  'What triggers set off: a row each time one fired, and a row for each stretch of events with which it did not (suppressed), with their number. It stays when the trigger is removed.';
comment on column trimtab.trigger_firings.event_ids is 'Of the events in it the first hundred.';
comment on column trimtab.trigger_firings.transaction_id is
  'The transaction that carried it out: events that are written there while it is running were caused by it.';

create table trimtab.measurements (
  org_id uuid not null,
  subject_type text not null,
  subject_id uuid not null,
  metric text not null,
  measured_at timestamptz not null,
  value numeric not null,
  recorded_at timestamptz not null,
  constraint measurements_pkey primary key (org_id, subject_type, subject_id, metric, measured_at)
);
create index measurements_measured_at_idx on trimtab.measurements (org_id, measured_at);
comment on table trimtab.measurements is
  'Measures of subjects that are no campaigns (followers of an account, stock of a product), each as it was at a time.';

create table trimtab.latest_measurements (
  org_id uuid not null,
  subject_type text not null,
  subject_id uuid not null,
  metric text not null,
  subject text,
  measured_at timestamptz not null,
  value numeric not null,
  recorded_at timestamptz not null,
  constraint latest_measurements_pkey primary key (org_id, subject_type, subject_id, metric),
  constraint latest_measurements_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade
);
comment on table trimtab.latest_measurements is 'Of each measure the latest value, by the time at which it was measured.';
comment on column trimtab.latest_measurements.subject is 'The subject''s name; where it was given instead of an id, the id is made from it.';

create table trimtab.metric_marks (
  org_id uuid not null,
  id bigint generated always as identity,
  subject_type text not null,
  subject_id uuid not null,
  constraint metric_marks_pkey primary key (org_id, id)
);
comment on table trimtab.metric_marks is
  'Subjects whose measures changed, until the triggers that watch them have looked: a queue, written in the transaction of the change. One subject may stand in it several times.';

create table trimtab.trigger_states (
  org_id uuid not null,
  trigger_id uuid not null,
  subject_id uuid not null,
  value numeric,
  base numeric,
  is_armed boolean not null default true,
  level numeric,
  seen_at timestamptz not null,
  fired_at timestamptz,
  constraint trigger_states_pkey primary key (org_id, trigger_id, subject_id),
  constraint trigger_states_trigger_fkey foreign key (org_id, trigger_id) references trimtab.triggers (org_id, id) on delete cascade
);
comment on table trimtab.trigger_states is 'What a metric''s trigger knows of each subject.';
comment on column trimtab.trigger_states.value is 'The value seen last.';
comment on column trimtab.trigger_states.base is 'The value from which changes are counted.';
comment on column trimtab.trigger_states.is_armed is 'Whether reaching the threshold fires it; after that it must fall back first.';
comment on column trimtab.trigger_states.level is 'The highest milestone reached so far.';
