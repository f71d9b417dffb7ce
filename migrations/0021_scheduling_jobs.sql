-- What runs by a schedule, and each of its runs.
set local lock_timeout = '5s';

create table trimtab.scheduled_jobs (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  name text not null,
  description text,
  handler text not null,
  rule_id uuid,
  arguments jsonb not null default '{}',
  timing jsonb not null,
  plans trimtab.schedule_plan[] not null default '{}',
  cron trimtab.cron_expression,
  event_type text,
  event_delay interval,
  time_zone trimtab.time_zone_name not null default 'UTC',
  on_gap text not null default 'shift',
  on_overlap text not null default 'first',
  starts_at timestamptz,
  ends_at timestamptz,
  max_runs bigint,
  timeout_seconds integer not null default 300,
  missed text not null default 'last',
  catchup_window interval not null default '1 day',
  overlap text not null default 'skip',
  jitter_seconds integer not null default 0,
  pause_after_failures integer,
  status text not null default 'active',
  settled_until timestamptz not null,
  next_run_at timestamptz,
  next_run_wall timestamp,
  last_slot_at timestamptz,
  last_run_at timestamptz,
  run_count bigint not null default 0,
  failure_count bigint not null default 0,
  consecutive_failures integer not null default 0,
  last_error text,
  created_by uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  constraint scheduled_jobs_pkey primary key (org_id, id),
  constraint scheduled_jobs_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint scheduled_jobs_rule_fkey foreign key (org_id, rule_id) references trimtab.automation_rules (org_id, id) on delete cascade,
  constraint scheduled_jobs_name_key unique (org_id, name),
  constraint scheduled_jobs_name_not_blank check (btrim(name) <> ''),
  constraint scheduled_jobs_rule_has_handler check ((handler = 'rule') = (rule_id is not null)),
  constraint scheduled_jobs_documents_are_objects check (jsonb_typeof(arguments) = 'object' and jsonb_typeof(timing) = 'object'),
  constraint scheduled_jobs_event_has_delay check ((event_type is null) = (event_delay is null)),
  constraint scheduled_jobs_on_gap_known check (on_gap in ('shift', 'skip')),
  constraint scheduled_jobs_on_overlap_known check (on_overlap in ('first', 'last', 'both')),
  constraint scheduled_jobs_ends_after_start check (ends_at > starts_at),
  constraint scheduled_jobs_max_runs_positive check (max_runs > 0),
  constraint scheduled_jobs_timeout_in_range check (timeout_seconds between 1 and 86400),
  constraint scheduled_jobs_missed_known check (missed in ('skip', 'last', 'all')),
  constraint scheduled_jobs_catchup_window_positive check (catchup_window > interval '0'),
  constraint scheduled_jobs_overlap_known check (overlap in ('skip', 'buffer_one', 'allow')),
  constraint scheduled_jobs_jitter_in_range check (jitter_seconds between 0 and 86400),
  constraint scheduled_jobs_pause_after_failures_positive check (pause_after_failures > 0),
  constraint scheduled_jobs_status_known check (status in ('active', 'paused', 'completed', 'failed')),
  constraint scheduled_jobs_only_active_run check (next_run_at is null or status = 'active'),
  constraint scheduled_jobs_next_run_whole check ((next_run_at is null) = (next_run_wall is null))
);
create index scheduled_jobs_due_idx on trimtab.scheduled_jobs (org_id, next_run_at, id) where next_run_at is not null;
create index scheduled_jobs_rule_idx on trimtab.scheduled_jobs (org_id, rule_id);
create index scheduled_jobs_event_idx on trimtab.scheduled_jobs (org_id, event_type) where event_type is not null;
comment on table trimtab.scheduled_jobs is 'What runs by a schedule: what, when, and under which policies; and where it stands.';
comment on column trimtab.scheduled_jobs.handler is 'What runs: the function that handlers name for job.<handler>.';
comment on column trimtab.scheduled_jobs.timing is 'When, as a document; see docs/schedules.';
comment on column trimtab.scheduled_jobs.plans is 'Compiled from timing: the next run is the earliest of theirs.';
comment on column trimtab.scheduled_jobs.event_type is 'It runs event_delay after each event of this type, instead of by a calendar.';
comment on column trimtab.scheduled_jobs.on_gap is 'A local time that does not exist: shift (later, by the length of the gap) or skip.';
comment on column trimtab.scheduled_jobs.on_overlap is 'A local time that there is twice: first, last or both.';
comment on column trimtab.scheduled_jobs.max_runs is 'After so many runs it is completed; what was missed or skipped does not count.';
comment on column trimtab.scheduled_jobs.missed is 'Slots that nobody was there to run: skip (later than five minutes), last (only the latest within catchup_window), all (each within it).';
comment on column trimtab.scheduled_jobs.overlap is 'A slot while a run goes on: skip, buffer_one (one waits, more are skipped), allow.';
comment on column trimtab.scheduled_jobs.jitter_seconds is 'A run begins up to so many seconds after its slot, the same for a slot each time.';
comment on column trimtab.scheduled_jobs.pause_after_failures is 'Failures in a row after which it stops (status failed); null: never.';
comment on column trimtab.scheduled_jobs.status is 'active; paused by a person; completed: it will not run again; failed: stopped after repeated failure.';
comment on column trimtab.scheduled_jobs.settled_until is 'Slots up to here are settled: next_run_at is the first one after.';
comment on column trimtab.scheduled_jobs.next_run_wall is
  'Local time of next_run_at as it was computed. Where next_run_at at time zone time_zone differs by now, the zone''s rules have changed.';
comment on column trimtab.scheduled_jobs.run_count is 'Runs that were begun and are over, failed ones too.';

create table trimtab.job_runs (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  job_id uuid not null,
  slot_at timestamptz not null,
  due_at timestamptz not null,
  status text not null default 'due',
  origin text not null default 'schedule',
  origin_key text not null default '',
  event_id bigint,
  slots integer not null default 1,
  last_slot_at timestamptz,
  attempts integer not null default 0,
  started_at timestamptz,
  completed_at timestamptz,
  duration_ms integer,
  result jsonb,
  error_code text,
  error_message text,
  requested_by uuid,
  created_at timestamptz not null,
  constraint job_runs_pkey primary key (org_id, id),
  constraint job_runs_job_fkey foreign key (org_id, job_id) references trimtab.scheduled_jobs (org_id, id) on delete cascade,
  constraint job_runs_slot_key unique (org_id, job_id, slot_at, origin_key),
  constraint job_runs_status_known check (status in ('due', 'running', 'success', 'failure', 'skipped', 'missed', 'timed_out')),
  constraint job_runs_origin_known check (origin in ('schedule', 'backfill', 'person', 'event', 'trigger')),
  constraint job_runs_not_before_slot check (due_at >= slot_at),
  constraint job_runs_several_are_missed check (slots = 1 or status = 'missed'),
  constraint job_runs_completed_has_time check ((completed_at is null) = (status in ('due', 'running'))),
  constraint job_runs_failure_says_why check (status not in ('failure', 'timed_out') or error_message is not null)
);
create index job_runs_due_idx on trimtab.job_runs (org_id, due_at, id) where status = 'due';
create index job_runs_running_idx on trimtab.job_runs (org_id, job_id) where status = 'running';
create index job_runs_completed_at_idx on trimtab.job_runs (org_id, completed_at) where completed_at is not null;
comment on table trimtab.job_runs is
  'Runs of scheduled jobs: a row a slot, which exists once. Slots that nobody ran in an outage are one row (missed) with their number.';
comment on column trimtab.job_runs.slot_at is 'When the schedule says; of an event: its time and the delay; of a run by hand: when it was asked for.';
comment on column trimtab.job_runs.due_at is 'The slot and its jitter, or when it is tried again.';
comment on column trimtab.job_runs.origin_key is 'Empty: a slot of the calendar, backfilled ones too. Else what tells runs of one moment apart: missed, person, or the event''s number.';
comment on column trimtab.job_runs.slots is 'Of missed ones: how many, counted to 1,000; from slot_at to last_slot_at.';
comment on column trimtab.job_runs.status is
  'due: will run; running: its handler left it open (finish_job_run() closes it); success; failure; timed_out: stopped at its timeout; skipped: a policy or the handler let it pass; missed: nobody was there.';

alter table trimtab.autopilot_runs
  drop constraint autopilot_runs_trigger_known,
  add constraint autopilot_runs_trigger_known check (trigger in ('person', 'clock', 'schedule', 'trigger'));
