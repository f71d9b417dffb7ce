create or replace view trimtab.v_automation_money with (security_invoker = true) as
with rates as materialized (
  -- Each currency and day once: looking up a rate costs more than all the rest.
  select o.org_id, k.currency, d.day::date as day, trimtab.exchange_rate(k.currency, o.currency, d.day::date) as rate
  from trimtab.organizations o
  cross join lateral (select distinct c.currency from trimtab.campaigns c where c.org_id = o.org_id) k
  cross join lateral (
    select min(l.executed_at) at time zone o.time_zone as first_at, max(l.executed_at) at time zone o.time_zone as last_at
    from trimtab.campaign_changes l
    where l.org_id = o.org_id
  ) f
  cross join lateral generate_series(date_trunc('day', f.first_at), f.last_at, interval '1 day') d (day)
  where o.org_id = (select trimtab.current_org_id())
), moved as materialized (
  -- Only what is added up: the rows of the ledger are wide.
  select
    l.org_id,
    date_trunc('month', l.executed_at at time zone o.time_zone)::date as month,
    l.rule_id,
    l.action_type,
    o.currency::text as currency,
    l.status = 'executed' as stands,
    x.rate is null as has_no_rate,
    ((l.new_state ->> 'budget')::numeric - (l.previous_state ->> 'budget')::numeric) * x.rate as budget,
    ((l.new_state ->> 'daily_budget')::numeric - (l.previous_state ->> 'daily_budget')::numeric) * x.rate as daily_budget,
    -- The expectation of a pause is in the organization's currency already.
    case when l.new_state ->> 'status' = 'paused' then -(l.evidence #>> '{expected,spend_per_day}')::numeric end as stopped
  from trimtab.campaign_changes l
  join trimtab.organizations o on o.org_id = l.org_id
  join trimtab.campaigns c on c.org_id = l.org_id and c.id = l.campaign_id
  left join rates x
    on x.org_id = l.org_id and x.currency = c.currency and x.day = (l.executed_at at time zone o.time_zone)::date
  where l.org_id = (select trimtab.current_org_id())
    and l.rule_id is not null
    and l.status in ('executed', 'rolled_back')
)
select
  m.org_id,
  m.month,
  m.rule_id,
  r.name as rule_name,
  m.action_type,
  m.currency,
  m.changes,
  m.taken_back,
  m.budget_raised,
  m.budget_lowered,
  m.daily_budget_raised,
  m.daily_budget_lowered,
  m.spend_stopped_per_day,
  m.changes_without_rate
from (
  select
    d.org_id, d.month, d.rule_id, d.action_type, d.currency,
    count(*) as changes,
    count(*) filter (where not d.stands) as taken_back,
    coalesce(round(sum(d.budget) filter (where d.stands and d.budget > 0), 2), 0) as budget_raised,
    coalesce(round(-sum(d.budget) filter (where d.stands and d.budget < 0), 2), 0) as budget_lowered,
    coalesce(round(sum(d.daily_budget) filter (where d.stands and d.daily_budget > 0), 2), 0) as daily_budget_raised,
    coalesce(round(-sum(d.daily_budget) filter (where d.stands and d.daily_budget < 0), 2), 0) as daily_budget_lowered,
    coalesce(round(sum(d.stopped) filter (where d.stands), 2), 0) as spend_stopped_per_day,
    count(*) filter (where d.has_no_rate) as changes_without_rate
  from moved d
  group by d.org_id, d.month, d.rule_id, d.action_type, d.currency
) m
join trimtab.automation_rules r on r.org_id = m.org_id and r.id = m.rule_id;
comment on view trimtab.v_automation_money is
  'The money that rules moved, by month (the organization''s time zone), rule and kind of change, in the organization''s currency (by the rate of the day). budget_* is the sum by which budgets of whole campaigns rose or fell, daily_budget_* by which budgets a day did: two measures of one thing that are not added up. spend_stopped_per_day is what paused campaigns had spent a day (average of the seven days before). What was taken back is counted, but is not in the sums; changes without an exchange rate neither. A budget set where there was none moves nothing that is known.';
grant select on trimtab.v_automation_money to trimtab_user, trimtab_engine;
