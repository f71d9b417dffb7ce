-- Measuring: from where a change was made, answers to surveys, what an organization assumes, and the indexes of the views.
set local lock_timeout = '5s';

create table trimtab.client_addresses (
  org_id uuid not null,
  audit_id bigint not null,
  user_id uuid,
  client_address inet not null,
  constraint client_addresses_pkey primary key (org_id, audit_id),
  constraint client_addresses_user_fkey foreign key (user_id) references trimtab.users (id)
);
create index client_addresses_user_idx on trimtab.client_addresses (user_id, org_id);
comment on table trimtab.client_addresses is
  'From which network address a person made the change of a row of audit_log. Kept apart from it, because the log is never changed and an address is forgotten when its person is erased.';
comment on column trimtab.client_addresses.client_address is
  'Of the connection: that of a pooler or an application server, where one stands between. Over a local socket there is none, and no row.';
create index audit_log_rules_idx on trimtab.audit_log (org_id, occurred_at desc) include (id, entity_id) where entity_type = 'rule';

alter table trimtab.automation_executions
  add constraint automation_executions_documents_are_lists check (
    jsonb_typeof(conditions_evaluated) = 'array' and jsonb_typeof(actions_executed) = 'array');
drop index trimtab.automation_executions_executed_at_idx;
create index automation_executions_executed_at_idx on trimtab.automation_executions (org_id, executed_at desc) include (id, rule_id);
drop index trimtab.automation_executions_rule_idx;
create index automation_executions_rule_idx on trimtab.automation_executions
  (org_id, rule_id, executed_at desc) include (mode, status, duration_ms);

create index campaign_changes_rule_idx on trimtab.campaign_changes (org_id, rule_id, executed_at) include (status, id)
  where rule_id is not null;
create index campaign_changes_taken_back_idx on trimtab.campaign_changes (org_id, rolled_back_at)
  where status = 'rolled_back' and rule_id is not null;
create index campaign_changes_person_idx on trimtab.campaign_changes (org_id, executed_at)
  where origin = 'person' and status = 'executed';

-- What rules did before executions were written, so that measuring begins with the first of them.
insert into trimtab.automation_executions (
  org_id, id, mode, rule_id, rule_version, entity_type, campaign_id, run_id, trigger_source, status, confidence_score,
  actions_executed, context, error_code, error_message, executed_at, completed_at, user_id, login)
select
  l.org_id, md5('execution of ' || l.id)::uuid, 'active', l.rule_id, l.rule_version, 'campaign', l.campaign_id, l.run_id, 'clock',
  s.status, l.confidence_score,
  jsonb_build_array(jsonb_strip_nulls(jsonb_build_object(
    'place', 1, 'type', case l.action_type when 'auto_pause' then 'pause_campaign' else 'adjust_budget' end,
    'status', s.status, 'change_id', l.id, 'error_code', l.error_code, 'error_message', l.error_message))),
  '{"from": "ledger"}', l.error_code,
  case s.status when 'failure' then coalesce(l.error_message, l.reason) end,
  l.created_at, coalesce(l.executed_at, l.created_at), l.user_id, l.login
from trimtab.campaign_changes l
join trimtab.automation_rules r on r.org_id = l.org_id and r.id = l.rule_id
cross join lateral (select case l.status when 'failed' then 'failure' else 'success' end as status) s
where l.rule_version is not null
  and l.status in ('executed', 'rolled_back', 'failed')
  and l.action_type in ('auto_pause', 'auto_scale_up', 'auto_scale_down')
  and not exists (
    select from trimtab.automation_executions e where e.org_id = l.org_id and e.rule_id = l.rule_id and e.run_id = l.run_id);
update trimtab.automation_rules r
set execution_count = e.executions, success_count = e.successes, failure_count = e.failures,
    last_executed_at = e.last_executed_at, last_success_at = e.last_success_at
from (
  select x.org_id, x.rule_id, count(*) as executions, count(*) filter (where x.status = 'success') as successes,
         count(*) filter (where x.status = 'failure') as failures, max(x.executed_at) as last_executed_at,
         max(x.executed_at) filter (where x.status = 'success') as last_success_at
  from trimtab.automation_executions x
  where x.mode = 'active'
  group by x.org_id, x.rule_id
) e
where r.org_id = e.org_id and r.id = e.rule_id and r.execution_count = 0;

create table trimtab.survey_answers (
  org_id uuid not null,
  id uuid not null default gen_random_uuid(),
  survey text not null,
  user_id uuid,
  score integer not null,
  comment text,
  answered_at timestamptz not null,
  constraint survey_answers_pkey primary key (org_id, id),
  constraint survey_answers_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint survey_answers_user_fkey foreign key (user_id) references trimtab.users (id),
  constraint survey_answers_one_a_person unique (org_id, survey, user_id),
  constraint survey_answers_survey_is_a_code check (survey ~ '^[a-z0-9][a-z0-9_-]{0,62}$'),
  constraint survey_answers_score_range check (score between 0 and 10),
  constraint survey_answers_comment_length check (length(comment) <= 2000)
);
create index survey_answers_user_idx on trimtab.survey_answers (user_id);
comment on table trimtab.survey_answers is
  'How likely members are to recommend the automation (0 to 10), and what they say about it: one answer a person and survey. Each sees the own answer only; survey_results() adds up those of all.';
comment on column trimtab.survey_answers.user_id is 'Null once the person was erased: the score stays, the comment goes.';

create table trimtab.automation_assumptions (
  org_id uuid not null,
  minutes_per_action numeric,
  hourly_cost numeric,
  monthly_cost numeric,
  updated_at timestamptz not null,
  constraint automation_assumptions_pkey primary key (org_id),
  constraint automation_assumptions_organization_fkey foreign key (org_id) references trimtab.organizations (org_id) on delete cascade,
  constraint automation_assumptions_ranges check (
    minutes_per_action between 0 and 1440 and hourly_cost >= 0 and hourly_cost < 'Infinity'
    and monthly_cost >= 0 and monthly_cost < 'Infinity')
);
comment on table trimtab.automation_assumptions is
  'What cannot be measured and somebody has to say, for time saved and for cost against benefit. Null: not said.';
comment on column trimtab.automation_assumptions.minutes_per_action is
  'Minutes of a person''s work that one action of a rule stands for; null: the installation''s figures (settings, minutes_saved_per_action).';
comment on column trimtab.automation_assumptions.hourly_cost is 'What an hour of that work costs, in the organization''s currency.';
comment on column trimtab.automation_assumptions.monthly_cost is 'What the automation costs in a month, in the organization''s currency.';
