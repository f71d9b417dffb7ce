create or replace view trimtab.v_rule_effects with (security_invoker = true) as
with told as materialized (
  -- Only what is averaged: the rows of the ledger are wide.
  select e.org_id, e.rule_id, e.action_type, e.metric, e.currency, e.expected, e.actual, e.difference, e.other_changes
  from trimtab.v_action_effects e
)
select
  e.org_id,
  e.rule_id,
  r.name as rule_name,
  e.action_type,
  e.metric,
  e.currency,
  count(*) as measured_actions,
  count(*) filter (where e.other_changes = 0) as undisturbed_actions,
  count(*) filter (where e.difference is not null) as comparable_actions,
  round(avg(e.expected) filter (where e.difference is not null), 4) as mean_expected,
  round(avg(e.actual) filter (where e.difference is not null), 4) as mean_actual,
  round(avg(e.difference), 4) as mean_difference,
  round(avg(e.difference) filter (where e.other_changes = 0), 4) as mean_difference_undisturbed,
  round(percentile_cont(0.5) within group (order by e.difference)::numeric, 4) as median_difference
from told e
left join trimtab.automation_rules r on r.org_id = e.org_id and r.id = e.rule_id
group by e.org_id, e.rule_id, r.name, e.action_type, e.metric, e.currency;
comment on view trimtab.v_rule_effects is
  'v_action_effects by rule (null: actions of people and engine through the seeds'' calls), kind of change and figure: what was expected and what came, on average over the actions of which both are known (comparable_actions), and over those in whose days nothing else was changed (undisturbed).';
grant select on trimtab.v_rule_effects to trimtab_user, trimtab_engine;
