drop table trimtab.delayed_actions;
drop table trimtab.automation_executions;
drop table trimtab.rule_terms;
drop table trimtab.rule_gates;
drop table trimtab.rule_vocabulary_parameters;
drop table trimtab.rule_vocabulary;
drop type trimtab.decision;
drop type trimtab.rule_match;
create type trimtab.rule_match as (
  rule_id uuid,
  campaign_id uuid,
  found numeric[],
  facts_end_at timestamptz,
  facts_revision bigint
);
comment on type trimtab.rule_match is
  'A rule whose conditions all hold for a campaign: the values found, in the order of the rule''s conditions, and how fresh the facts are.';

delete from trimtab.held_decisions h where h.campaign_id is null or h.mode = 'shadow';
alter table trimtab.held_decisions
  drop constraint held_decisions_key,
  drop constraint held_decisions_mode_known,
  drop column mode,
  alter column campaign_id set not null,
  add constraint held_decisions_key unique (org_id, rule_id, campaign_id, rule_version, code);
comment on column trimtab.held_decisions.code is
  'The gate: lower_priority, opted_out, stale_facts, no_evidence, low_confidence, cool_off, cooldown, same_facts, no_budget, no_rate, at_cap, pause_share.';
alter table trimtab.autopilot_runs drop column executed, drop column shadowed;
alter table trimtab.rule_versions drop column reason;
comment on column trimtab.rule_versions.document is null;

drop index trimtab.automation_rules_judged_idx;
drop index trimtab.automation_rules_event_type_idx;
alter table trimtab.automation_rules
  drop constraint automation_rules_status_known,
  drop constraint automation_rules_trigger_known,
  drop constraint automation_rules_event_has_type,
  drop constraint automation_rules_limits_not_negative,
  drop constraint automation_rules_document_is_object,
  drop constraint automation_rules_counters_add_up,
  drop constraint automation_rules_compiled,
  add column condition jsonb,
  add column action jsonb;

-- One metric with its minima, that pauses or raises the budget, can be said in the form of before.
update trimtab.automation_rules r
set condition = f.leaf - array['type', 'window']
      || case when f.leaf ->> 'window' = 'lifetime' then '{}' else jsonb_build_object('window', f.leaf -> 'window') end
      || jsonb_strip_nulls(jsonb_build_object('min_confidence', r.min_confidence_percent)),
    action = case f.act ->> 'type'
        when 'pause_campaign' then '{"type": "auto_pause"}'::jsonb
        else jsonb_strip_nulls(jsonb_build_object(
          'type', 'auto_scale_up', 'multiplier', 1 + (f.act ->> 'value')::numeric / 100, 'max_budget', f.act -> 'ceiling'))
      end || case when f.acts = 2 then '{"notify_admin": true}' else '{}'::jsonb end,
    rule_type = case f.act ->> 'type' when 'pause_campaign' then 'pause' else 'scale' end
from (
  select x.org_id, x.id, x.document #> '{conditions,all,0}' as leaf, x.document #> '{actions,0}' as act,
         jsonb_array_length(x.document -> 'actions') as acts
  from trimtab.automation_rules x
  where x.trigger_kind = 'run'
    and x.status <> 'shadow'
    and jsonb_typeof(x.document #> '{conditions,all}') = 'array'
    and jsonb_array_length(x.document #> '{conditions,all}') = 1
    and jsonb_typeof(x.document -> 'actions') = 'array'
    and not x.document ? 'evidence'
    and coalesce(x.document -> 'scope', '{}') = '{}'
) f
where r.org_id = f.org_id and r.id = f.id
  and f.leaf ->> 'type' = 'metric_threshold'
  and f.leaf ->> 'operator' in ('<', '<=', '>', '>=', '=')
  and jsonb_typeof(f.leaf -> 'threshold') = 'number'
  and f.leaf - array['type', 'metric', 'window', 'operator', 'threshold', 'min_spend', 'min_conversions', 'min_duration_hours'] = '{}'
  and exists (select from trimtab.metric_windows w where w.code = f.leaf ->> 'window')
  and exists (select from trimtab.metrics m where m.code = f.leaf ->> 'metric')
  and r.features = '[]'
  and (f.act ->> 'type' = 'pause_campaign'
       or (f.act ->> 'type' = 'adjust_budget' and f.act ->> 'change' = 'percent' and (f.act ->> 'value')::numeric > 0
           and f.act - array['type', 'change', 'value', 'ceiling'] = '{}'))
  and (f.acts = 1
       or (f.acts = 2 and r.document #> '{actions,1}' @> '{"type": "send_notification", "recipients": ["role:admin"]}'));

-- What cannot is laid aside whole: the migration takes its document back as it was.
update trimtab.automation_rules r
set condition = r.document, action = '{}', rule_type = 'optimize', status = 'archived', signal_positions = '{}', bounds = '{}'
where r.condition is null;

alter table trimtab.automation_rules
  alter column condition set not null,
  alter column action set not null,
  alter column status set default 'active',
  drop column document,
  drop column trigger_kind,
  drop column event_type,
  drop column cooldown_minutes,
  drop column campaign_cooldown_minutes,
  drop column max_executions_per_day,
  drop column min_confidence_percent,
  drop column leaves,
  drop column features,
  drop column statuses,
  drop column scope_campaigns,
  drop column scope_platforms,
  drop column scope_groups,
  drop column scope_tags,
  drop column scope_related_to,
  drop column is_scope_related,
  drop column judges_campaigns,
  drop column judges_facts,
  drop column judges_calendar,
  drop column changes,
  drop column compiler,
  drop column execution_count,
  drop column success_count,
  drop column failure_count,
  drop column partial_count,
  drop column shadow_count,
  drop column last_executed_at,
  drop column last_success_at,
  drop column last_shadow_at,
  add constraint automation_rules_rule_type_known check (rule_type in ('pause', 'scale', 'optimize', 'create')),
  add constraint automation_rules_status_known check (status in ('active', 'paused', 'archived')),
  add constraint automation_rules_compiled check (cardinality(signal_positions) = cardinality(bounds)),
  add constraint automation_rules_documents_are_objects check (jsonb_typeof(condition) = 'object' and jsonb_typeof(action) = 'object');
create index automation_rules_active_idx on trimtab.automation_rules (org_id, priority desc) where status = 'active';
comment on table trimtab.automation_rules is 'An organization''s rules, as they are now, with their conditions compiled to bounds on signals.';
comment on column trimtab.automation_rules.signal_positions is
  'Compiled: for each condition the position of its signal (negative: a live metric).';
comment on column trimtab.automation_rules.bounds is 'Compiled: for each condition the values with which it holds.';
