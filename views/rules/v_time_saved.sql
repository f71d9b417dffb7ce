create or replace view trimtab.v_time_saved with (security_invoker = true) as
select
  d.org_id,
  d.month,
  d.action_type,
  d.actions,
  d.reversed_actions,
  m.minutes_per_action,
  m.is_own_assumption,
  round((d.actions - d.reversed_actions) * m.minutes_per_action / 60, 2) as hours_saved
from (
  select
    e.org_id,
    date_trunc('month', e.executed_at at time zone o.time_zone)::date as month,
    a.value ->> 'type' as action_type,
    count(*) as actions,
    count(*) filter (
      where (a.value ->> 'change_id')::uuid in (select w.change_id from trimtab.v_rule_reversals w)) as reversed_actions
  from trimtab.automation_executions e
  join trimtab.organizations o on o.org_id = e.org_id
  cross join lateral jsonb_array_elements(e.actions_executed) a
  where e.org_id = (select trimtab.current_org_id())
    and e.mode = 'active'
    and e.status in ('success', 'partial')
    and a.value ->> 'status' = 'success'
  group by 1, 2, 3
) d
left join trimtab.automation_assumptions s on s.org_id = d.org_id
cross join lateral (
  select
    coalesce(s.minutes_per_action, (n.value ->> d.action_type)::numeric, (n.value ->> 'default')::numeric) as minutes_per_action,
    s.minutes_per_action is not null as is_own_assumption
  from trimtab.settings n
  where n.name = 'minutes_saved_per_action'
) m;
comment on view trimtab.v_time_saved is
  'Time saved, by month (the organization''s time zone) and type of action: actions of rules that succeeded, less those that people reversed, times the minutes for which one of them stands. These minutes are stated, not measured: the organization''s own figure (set_automation_assumptions) or that of the installation (settings, minutes_saved_per_action).';
grant select on trimtab.v_time_saved to trimtab_user, trimtab_engine;
