create or replace view trimtab.v_automation_benefit with (security_invoker = true) as
with told as materialized (
  -- Only what is added up: the rows of the ledger are wide.
  select
    l.org_id,
    date_trunc('month', l.executed_at at time zone o.time_zone)::date as month,
    (l.actual_impact #>> '{per_day,revenue,change}')::numeric - (l.actual_impact #>> '{per_day,spend,change}')::numeric as net,
    (l.actual_impact #>> '{compared,revenue_per_day,expected}')::numeric
      - (l.actual_impact #>> '{compared,spend_per_day,expected}')::numeric as expected,
    (l.actual_impact ->> 'other_changes')::integer as others
  from trimtab.campaign_changes l
  join trimtab.organizations o on o.org_id = l.org_id
  where l.org_id = (select trimtab.current_org_id())
    and l.rule_id is not null
    and l.status = 'executed'
), effects as (
  select
    m.org_id, m.month,
    count(*) as changes,
    count(*) filter (where m.net is not null) as known_changes,
    count(*) filter (where m.net is not null and m.others > 0) as disturbed_changes,
    sum(m.net) * 7 as measured_benefit,
    sum(m.net) filter (where m.others = 0) * 7 as undisturbed_benefit,
    sum(m.expected) filter (where m.net is not null) * 7 as expected_benefit
  from told m
  group by m.org_id, m.month
), saved as (
  select t.org_id, t.month, sum(t.actions)::bigint as actions, sum(t.reversed_actions)::bigint as reversed_actions, sum(t.hours_saved) as hours_saved
  from trimtab.v_time_saved t
  group by t.org_id, t.month
)
select
  o.org_id,
  coalesce(f.month, s.month) as month,
  o.currency::text as currency,
  coalesce(s.actions, 0) as actions,
  coalesce(s.reversed_actions, 0) as reversed_actions,
  coalesce(s.hours_saved, 0) as hours_saved,
  k.value_of_time,
  coalesce(f.changes, 0) as changes,
  coalesce(f.known_changes, 0) as measured_changes,
  coalesce(f.changes - f.known_changes, 0) as unmeasured_changes,
  coalesce(f.disturbed_changes, 0) as disturbed_changes,
  round(f.expected_benefit, 2) as expected_benefit,
  round(f.measured_benefit, 2) as measured_benefit,
  round(f.undisturbed_benefit, 2) as undisturbed_benefit,
  a.monthly_cost as running_cost,
  round(f.measured_benefit + k.value_of_time - a.monthly_cost, 2) as balance,
  round((f.measured_benefit + k.value_of_time) / nullif(a.monthly_cost, 0), 4) as return_on_cost
from effects f
full join saved s on s.org_id = f.org_id and s.month = f.month
join trimtab.organizations o on o.org_id = coalesce(f.org_id, s.org_id)
left join trimtab.automation_assumptions a on a.org_id = o.org_id
cross join lateral (select round(coalesce(s.hours_saved, 0) * a.hourly_cost, 2) as value_of_time) k;
comment on view trimtab.v_automation_benefit is
  'Cost against benefit, by month (the organization''s time zone) in which rules acted, as far as it is known; null: not known. measured_benefit is the change of revenue less the change of spend over the measured week of each change of a rule that stands (taken back ones are left out), expected_benefit what had been expected of these (pauses only: other changes expect no such figure); undisturbed_benefit only of those in whose days nothing else was changed. unmeasured_changes have no result, yet or ever. value_of_time and running_cost rest on what the organization stated (set_automation_assumptions). balance and return_on_cost (a multiple) need all three. A week before against a week after is no proof of a cause: rules act on extremes, and extremes tend to pass by themselves.';
grant select on trimtab.v_automation_benefit to trimtab_user, trimtab_engine;
