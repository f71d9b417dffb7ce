create or replace view trimtab.v_automation_money with (security_invoker = true) as
with changes as materialized (
  select
    l.org_id, l.rule_id, l.action_type, l.status, c.currency as campaign_currency, o.currency::text as currency,
    (l.executed_at at time zone o.time_zone)::date as day,
    (l.new_state ->> 'budget')::numeric - (l.previous_state ->> 'budget')::numeric as moved,
    (l.new_state ->> 'daily_budget')::numeric - (l.previous_state ->> 'daily_budget')::numeric as moved_daily,
    case when l.action_type = 'auto_pause' then -(l.evidence #>> '{expected,spend_per_day}')::numeric end as spend_stopped
  from trimtab.campaign_changes l
  join trimtab.campaigns c on c.org_id = l.org_id and c.id = l.campaign_id
  join trimtab.organizations o on o.org_id = l.org_id
  where l.org_id = (select trimtab.current_org_id())
    and l.rule_id is not null
    and l.status in ('executed', 'rolled_back')
), moved as materialized (
  select
    h.org_id, h.rule_id, h.action_type, h.campaign_currency, h.currency, h.day,
    count(*) as changes,
    count(*) filter (where h.status = 'rolled_back') as taken_back,
    sum(greatest(h.moved, 0)) filter (where h.status = 'executed') as budget_raised,
    sum(greatest(-h.moved, 0)) filter (where h.status = 'executed') as budget_lowered,
    sum(greatest(h.moved_daily, 0)) filter (where h.status = 'executed') as daily_budget_raised,
    sum(greatest(-h.moved_daily, 0)) filter (where h.status = 'executed') as daily_budget_lowered,
    sum(h.spend_stopped) filter (where h.status = 'executed') as spend_stopped
  from changes h
  group by h.org_id, h.rule_id, h.action_type, h.campaign_currency, h.currency, h.day
), rates as materialized (
  -- Each currency and day once: looking up a rate costs more than all the rest.
  select k.campaign_currency, k.currency, k.day, trimtab.exchange_rate(k.campaign_currency, k.currency, k.day) as rate
  from (select distinct m.campaign_currency, m.currency, m.day from moved m) k
)
select
  d.org_id,
  date_trunc('month', d.day::timestamp)::date as month,
  d.rule_id,
  r.name as rule_name,
  d.action_type,
  d.currency,
  sum(d.changes)::bigint as changes,
  sum(d.taken_back)::bigint as taken_back,
  coalesce(round(sum(d.budget_raised * x.rate), 2), 0) as budget_raised,
  coalesce(round(sum(d.budget_lowered * x.rate), 2), 0) as budget_lowered,
  coalesce(round(sum(d.daily_budget_raised * x.rate), 2), 0) as daily_budget_raised,
  coalesce(round(sum(d.daily_budget_lowered * x.rate), 2), 0) as daily_budget_lowered,
  coalesce(round(sum(d.spend_stopped), 2), 0) as spend_stopped_per_day,
  coalesce(sum(d.changes) filter (where x.rate is null), 0)::bigint as changes_without_rate
from moved d
join rates x on x.campaign_currency = d.campaign_currency and x.currency = d.currency and x.day = d.day
join trimtab.automation_rules r on r.org_id = d.org_id and r.id = d.rule_id
group by d.org_id, 2, d.rule_id, r.name, d.action_type, d.currency;
comment on view trimtab.v_automation_money is
  'The money that rules moved, by month (the organization''s time zone), rule and kind of change, in the organization''s currency (by the rate of the day). budget_* is the sum by which budgets of whole campaigns rose or fell, daily_budget_* by which budgets a day did: two measures of one thing that are not added up. spend_stopped_per_day is what paused campaigns had spent a day (average of the seven days before). What was taken back is counted, but is not in the sums; changes without an exchange rate neither. A budget set where there was none moves nothing that is known.';
grant select on trimtab.v_automation_money to trimtab_user, trimtab_engine;
