-- The rules engine: the vocabulary of rules, rules as documents with their compiled form, and executions.
set local lock_timeout = '5s';

create table trimtab.rule_vocabulary (
  kind text not null,
  code text not null,
  position integer not null,
  judges text,
  changes text,
  aliases text[] not null default '{}',
  summary text not null,
  constraint rule_vocabulary_pkey primary key (kind, code),
  constraint rule_vocabulary_kind_known check (kind in ('rule', 'condition', 'action')),
  constraint rule_vocabulary_condition_judges check ((kind = 'condition') = (judges is not null)),
  constraint rule_vocabulary_judges_known check (judges in ('facts', 'campaign', 'calendar', 'findings', 'event')),
  constraint rule_vocabulary_action_changes check ((kind = 'action') = (changes is not null)),
  constraint rule_vocabulary_changes_known check (changes in ('status', 'budget', 'bid', 'proposed', 'nothing'))
);
comment on table trimtab.rule_vocabulary is
  'Reference: the types of conditions and actions that a rule may name, and (kind rule) the parts of its document. What computes or carries out a type is the function in handlers of the kind rule_condition.<code> or rule_action.<code>.';
comment on column trimtab.rule_vocabulary.aliases is 'Other names under which a document may say it.';
comment on column trimtab.rule_vocabulary.judges is
  'What a condition looks at: facts (metrics; freshness and probability matter), campaign (its own attributes), calendar (the moment), findings (anomalies, opportunities), event (a payload).';
comment on column trimtab.rule_vocabulary.changes is
  'What an action changes of a campaign, so that two rules do not change one at once; proposed: what an opportunity proposes; nothing: it only tells or marks.';

create table trimtab.rule_vocabulary_parameters (
  kind text not null,
  code text not null,
  name text not null,
  position integer not null default 100,
  value_type text not null,
  is_required boolean not null default false,
  minimum numeric,
  maximum numeric,
  allowed text[],
  default_value jsonb,
  aliases text[] not null default '{}',
  description text not null,
  constraint rule_vocabulary_parameters_pkey primary key (kind, code, name),
  constraint rule_vocabulary_parameters_vocabulary_fkey foreign key (kind, code) references trimtab.rule_vocabulary (kind, code),
  constraint rule_vocabulary_parameters_value_type_known check (value_type in (
    'number', 'integer', 'boolean', 'text', 'texts', 'integers', 'any', 'object', 'uuid', 'uuids', 'metric', 'window',
    'operator', 'threshold', 'comparison', 'time', 'weekdays', 'words', 'url', 'event', 'recipient', 'recipients'))
);
comment on table trimtab.rule_vocabulary_parameters is
  'Reference: the parameters of each type of condition and action: what a document is checked against when it is saved, and what the documents'' tables are made from.';

alter table trimtab.automation_rules
  drop constraint automation_rules_rule_type_known,
  drop constraint automation_rules_status_known,
  drop constraint automation_rules_compiled,
  drop constraint automation_rules_documents_are_objects,
  alter column status set default 'shadow',
  add column document jsonb,
  add column trigger_kind text not null default 'run',
  add column event_type text,
  add column cooldown_minutes integer not null default 0,
  add column campaign_cooldown_minutes integer not null default 60,
  add column max_executions_per_day integer,
  add column min_confidence_percent numeric,
  add column leaves jsonb not null default '[]',
  add column features jsonb not null default '[]',
  add column statuses text[],
  add column scope_campaigns uuid[],
  add column scope_platforms text[],
  add column scope_groups uuid[],
  add column scope_tags text[],
  add column scope_related_to uuid,
  add column is_scope_related boolean not null default false,
  add column judges_campaigns boolean not null default true,
  add column judges_facts boolean not null default true,
  add column judges_calendar boolean not null default false,
  add column changes text[] not null default '{}',
  add column compiler integer not null default 0,
  add column execution_count integer not null default 0,
  add column success_count integer not null default 0,
  add column failure_count integer not null default 0,
  add column partial_count integer not null default 0,
  add column shadow_count integer not null default 0,
  add column last_executed_at timestamptz,
  add column last_success_at timestamptz,
  add column last_shadow_at timestamptz;

-- The rules of before are one metric with minima: written as documents here, compiled by the first deploy (compiler 0).
update trimtab.automation_rules r
set document = jsonb_strip_nulls(jsonb_build_object(
      'name', r.name, 'description', r.description, 'rule_type', r.rule_type, 'status', r.status, 'priority', r.priority,
      'min_confidence', r.condition -> 'min_confidence',
      'conditions', jsonb_build_object('all', jsonb_build_array(
        jsonb_build_object('type', 'metric_threshold', 'window', 'lifetime') || r.condition - 'min_confidence')),
      'actions', jsonb_build_array(
        case r.action ->> 'type'
          when 'auto_pause' then '{"type": "pause_campaign"}'::jsonb
          else jsonb_strip_nulls(jsonb_build_object(
            'type', 'adjust_budget', 'change', 'percent', 'value', ((r.action ->> 'multiplier')::numeric - 1) * 100,
            'ceiling', r.action -> 'max_budget'))
        end)
        || case when r.action -> 'notify_admin' = 'true'
             then '[{"type": "send_notification", "channel": "in_app", "recipients": ["role:admin"]}]'::jsonb else '[]' end,
      'campaign_cooldown_minutes', 0)),
    campaign_cooldown_minutes = 0,
    min_confidence_percent = (r.condition ->> 'min_confidence')::numeric,
    statuses = '{active}'
where not r.condition ? 'conditions';
-- What an earlier step back of this migration laid aside, because it could not be said in the old form.
update trimtab.automation_rules r
set document = r.condition,
    rule_type = coalesce(r.condition ->> 'rule_type', r.rule_type),
    status = case
      when exists (select from trimtab.automation_rules o
                   where o.org_id = r.org_id and o.name = r.name and o.id <> r.id
                     and (o.status <> 'archived' or o.condition ->> 'status' <> 'archived')) then 'archived'
      else coalesce(r.condition ->> 'status', 'archived')
    end
where r.condition ? 'conditions';

-- It shows the columns that go; it comes back with the deploy.
drop view if exists trimtab.autonomous_rules;
alter table trimtab.automation_rules
  alter column document set not null,
  alter column leaves drop default,
  drop column condition,
  drop column action,
  add constraint automation_rules_status_known check (status in ('active', 'shadow', 'paused', 'archived')),
  add constraint automation_rules_trigger_known check (trigger_kind in ('run', 'event', 'manual')),
  add constraint automation_rules_event_has_type check ((trigger_kind = 'event') = (event_type is not null)),
  add constraint automation_rules_limits_not_negative check (
    cooldown_minutes >= 0 and campaign_cooldown_minutes >= 0 and max_executions_per_day >= 0),
  add constraint automation_rules_compiled check (cardinality(signal_positions) = cardinality(bounds)),
  add constraint automation_rules_document_is_object check (jsonb_typeof(document) = 'object'),
  add constraint automation_rules_counters_add_up check (execution_count >= success_count + failure_count + partial_count);
drop index trimtab.automation_rules_active_idx;
create index automation_rules_judged_idx on trimtab.automation_rules (org_id, priority desc) where status in ('active', 'shadow');
create index automation_rules_event_type_idx on trimtab.automation_rules (org_id, event_type) where event_type is not null;
comment on table trimtab.automation_rules is
  'An organization''s rules, as they are now: the canonical document, and what the compiler made of it.';
comment on column trimtab.automation_rules.document is 'The rule as it was understood: the canonical form of what was given (see docs/rules).';
comment on column trimtab.automation_rules.trigger_kind is 'run: judged by each run of the autopilot; event: when an event of event_type comes; manual: only when somebody asks.';
comment on column trimtab.automation_rules.cooldown_minutes is 'Least time between two executions of the rule in two runs, whatever the campaign.';
comment on column trimtab.automation_rules.campaign_cooldown_minutes is 'Least time between two executions of the rule for one campaign.';
comment on column trimtab.automation_rules.max_executions_per_day is 'Executions within a day of the organization''s time zone: null no limit, 0 never.';
comment on column trimtab.automation_rules.leaves is
  'Compiled: the single conditions in the order of the document, minima of evidence after the condition that asks for them: [{path, condition, evidence_of}].';
comment on column trimtab.automation_rules.signal_positions is
  'Compiled: for each leaf where its value is: above 0 a place in the signals, -1 to -99 a live value, -100 - n the n-th feature (from 0).';
comment on column trimtab.automation_rules.bounds is 'Compiled: for each leaf the values with which it holds.';
comment on column trimtab.automation_rules.features is 'Compiled: what has to be computed for this rule beside signals: conditions without their thresholds.';
comment on column trimtab.automation_rules.statuses is 'Compiled: statuses of the campaigns that the rule judges; null: all.';
comment on column trimtab.automation_rules.scope_related_to is 'Only campaigns that share a group or a tag with this one, and itself.';
comment on column trimtab.automation_rules.is_scope_related is 'Of an event''s rule: only campaigns that the event names, or that share a group or a tag with one it names.';
comment on column trimtab.automation_rules.judges_campaigns is 'Compiled: a condition looks at campaigns; false: an event''s payload alone decides.';
comment on column trimtab.automation_rules.changes is 'Compiled: what of a campaign the actions change (status, budget, bid, proposed).';
comment on column trimtab.automation_rules.compiler is 'Version of the compiler that made the compiled columns; an older one is compiled again at the next deploy.';

create table trimtab.rule_terms (
  org_id uuid not null,
  rule_id uuid not null,
  term integer not null,
  leaves integer[] not null,
  signal_positions integer[] not null,
  bounds nummultirange[] not null,
  constraint rule_terms_pkey primary key (org_id, rule_id, term),
  constraint rule_terms_rule_fkey foreign key (org_id, rule_id) references trimtab.automation_rules (org_id, id) on delete cascade,
  constraint rule_terms_compiled check (
    cardinality(leaves) = cardinality(signal_positions) and cardinality(leaves) = cardinality(bounds))
);
comment on table trimtab.rule_terms is
  'Compiled: a rule''s groups of and, or and not multiplied out. The rule holds where all leaves of one term hold.';
comment on column trimtab.rule_terms.leaves is 'Numbers of leaves from 1; negative: the leaf must not hold, which takes a known value as well.';

-- The shape of decisions changes; its functions come back with the deploy.
drop function if exists trimtab.decide(uuid, timestamptz, bigint);
drop function if exists trimtab.match_rules(uuid, timestamptz, bigint);
drop function if exists trimtab.check_action(text, jsonb);
drop function if exists trimtab.compile_condition(jsonb);
drop function if exists trimtab.save_rule(uuid, uuid, text, text, jsonb, jsonb, integer, text, text);
drop function if exists trimtab.rule_document(trimtab.automation_rules);
drop type trimtab.rule_match;

create type trimtab.rule_match as (
  rule_id uuid,
  campaign_id uuid,
  term integer,
  found numeric[],
  facts_end_at timestamptz,
  facts_revision bigint
);
comment on type trimtab.rule_match is
  'A rule that holds for a campaign (null: for an event alone): the first term that holds, the value found for each leaf, and how fresh the facts are.';

create type trimtab.decision as (
  rule_id uuid,
  rule_name text,
  rule_version integer,
  mode text,
  priority integer,
  campaign_id uuid,
  campaign_title text,
  action_type text,
  gate text,
  gate_reason text,
  confidence_score numeric,
  previous_budget numeric,
  new_budget numeric,
  currency text,
  reason text,
  actions jsonb,
  evidence jsonb,
  facts_revision bigint
);
comment on type trimtab.decision is
  'What a rule would do about a campaign or an event. mode: active or shadow. action_type: as the ledger will call it. gate: null where it would act. actions: the rule''s actions, amounts resolved ("plan"). Money in currency (the campaign''s).';

create table trimtab.automation_executions (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  execution_type text not null default 'rule',
  mode text not null default 'active',
  rule_id uuid not null,
  rule_version integer not null,
  entity_type text not null default 'campaign',
  campaign_id uuid,
  event_id bigint,
  run_id uuid,
  trigger_source text not null,
  status text not null,
  confidence_score numeric(5,2),
  facts_revision bigint,
  conditions_evaluated jsonb not null default '[]',
  actions_executed jsonb not null default '[]',
  results jsonb not null default '{}',
  context jsonb not null default '{}',
  error_code text,
  error_message text,
  executed_at timestamptz not null,
  completed_at timestamptz,
  duration_ms integer,
  user_id uuid,
  login text not null,
  constraint automation_executions_pkey primary key (org_id, id),
  constraint automation_executions_rule_fkey foreign key (org_id, rule_id) references trimtab.automation_rules (org_id, id) on delete cascade,
  constraint automation_executions_campaign_fkey foreign key (org_id, campaign_id) references trimtab.campaigns (org_id, id) on delete cascade,
  constraint automation_executions_type_known check (execution_type in ('rule', 'workflow')),
  constraint automation_executions_mode_known check (mode in ('active', 'shadow')),
  constraint automation_executions_entity_known check (entity_type in ('campaign', 'event')),
  constraint automation_executions_status_known check (status in ('success', 'failure', 'partial', 'skipped')),
  constraint automation_executions_shadow_is_skipped check (mode = 'active' or status = 'skipped'),
  constraint automation_executions_failure_says_why check (status not in ('failure', 'partial') or error_message is not null or completed_at is null)
);
create index automation_executions_executed_at_idx on trimtab.automation_executions (org_id, executed_at desc);
create index automation_executions_rule_idx on trimtab.automation_executions (org_id, rule_id, executed_at desc);
create index automation_executions_campaign_idx on trimtab.automation_executions (org_id, campaign_id, rule_id, executed_at desc);
create unique index automation_executions_event_idx on trimtab.automation_executions (org_id, rule_id, event_id, campaign_id)
  nulls not distinct where event_id is not null;
comment on table trimtab.automation_executions is
  'What rules did: one row for each rule and campaign (or event) of a run on which it acted, or in shadow would have acted (status skipped). Conditions that do not hold leave no row; what a gate holds back is in held_decisions.';
comment on column trimtab.automation_executions.actions_executed is '[{place, type, parameters, status, result, error_code, error_message, change_id}] in the order of the rule.';
comment on column trimtab.automation_executions.conditions_evaluated is '[{path, condition, value, holds}] for each single condition of the rule.';
comment on column trimtab.automation_executions.status is 'success: every action succeeded; failure: every action failed; partial: some did; skipped: none was tried (shadow).';

create table trimtab.delayed_actions (
  org_id uuid not null,
  execution_id uuid not null,
  place integer not null,
  action jsonb not null,
  context jsonb not null,
  due_at timestamptz not null,
  constraint delayed_actions_pkey primary key (org_id, execution_id, place),
  constraint delayed_actions_execution_fkey foreign key (org_id, execution_id)
    references trimtab.automation_executions (org_id, id) on delete cascade
);
create index delayed_actions_due_idx on trimtab.delayed_actions (org_id, due_at);
comment on table trimtab.delayed_actions is 'Actions of executions that wait for their delay (delay_between_actions_seconds); a run carries them out when they are due and removes them.';

alter table trimtab.held_decisions
  drop constraint held_decisions_key,
  alter column campaign_id drop not null,
  add column mode text not null default 'active',
  add constraint held_decisions_mode_known check (mode in ('active', 'shadow')),
  add constraint held_decisions_key unique nulls not distinct (org_id, rule_id, campaign_id, rule_version, code, mode);
comment on column trimtab.held_decisions.code is 'The gate; the reference table rule_gates lists them.';

alter table trimtab.rule_versions add column reason text;
comment on column trimtab.rule_versions.document is 'The canonical document (versions from before the engine: as it was then).';
comment on column trimtab.rule_versions.reason is 'Why, in the words of whoever changed it.';

create table trimtab.rule_gates (
  code text not null,
  position integer not null,
  meaning text not null,
  tune_with text not null,
  constraint rule_gates_pkey primary key (code)
);
comment on table trimtab.rule_gates is 'Reference: the gates that may hold a decision back, in the order in which they are asked.';

alter table trimtab.autopilot_runs add column executed integer not null default 0, add column shadowed integer not null default 0;
comment on column trimtab.autopilot_runs.executed is 'Executions of rules in this run, shadow ones not counted.';
