create or replace view trimtab.v_action_effects with (security_invoker = true) as
select
  l.org_id,
  l.id as change_id,
  l.rule_id,
  l.rule_version,
  l.campaign_id,
  l.action_type,
  l.executed_at,
  k.metric,
  l.actual_impact ->> 'currency' as currency,
  (m.value ->> 'expected')::numeric as expected,
  (m.value ->> 'actual')::numeric as actual,
  (m.value ->> 'difference')::numeric as difference,
  l.confidence_score,
  (l.actual_impact ->> 'other_changes')::integer as other_changes,
  (l.actual_impact ->> 'measured_at')::timestamptz as measured_at
from trimtab.campaign_changes l
cross join (values ('spend_per_day'), ('revenue_per_day'), ('roas'), ('revenue_added')) k (metric)
cross join lateral (select l.actual_impact -> 'compared' -> k.metric as value) m
where l.org_id = (select trimtab.current_org_id())
  and l.is_automated
  and l.actual_impact is not null
  and m.value is not null;
comment on view trimtab.v_action_effects is
  'Expected against actual, one row for each measured automatic action and each figure that was expected of it: spend_per_day and revenue_per_day (the change a day), roas, revenue_added. Money in currency. The actual figure compares the seven days before with the seven after (measure_action_impact()); where other_changes is not 0, the campaign was changed otherwise in these days, and the difference is not this action''s alone.';
grant select on trimtab.v_action_effects to trimtab_user, trimtab_engine;
