create or replace view trimtab.v_rule_effectiveness with (security_invoker = true) as
select
  r.org_id,
  r.id as rule_id,
  r.name as rule_name,
  r.rule_type,
  r.status,
  r.version,
  r.execution_count as executions,
  r.success_count as successes,
  r.partial_count as partial_successes,
  r.failure_count as failures,
  coalesce(round(100.0 * r.success_count / nullif(r.execution_count, 0), 2), 0) as success_rate,
  r.shadow_count as shadow_executions,
  h.holds as held_back,
  h.campaigns as campaigns_held_back,
  g.by_gate as held_back_by_gate,
  c.changes,
  coalesce(v.reversals, 0) as reversals_by_people,
  coalesce(v.taken_back, 0) as taken_back,
  coalesce(v.put_back, 0) as put_back,
  round(100.0 * coalesce(v.reversals, 0) / nullif(c.changes, 0), 2) as reversal_rate,
  r.last_executed_at
from trimtab.automation_rules r
cross join lateral (
  select count(*) as changes
  from trimtab.campaign_changes l
  where l.org_id = r.org_id
    and l.rule_id = r.id
    and l.status in ('executed', 'rolled_back')
) c
cross join lateral (
  select coalesce(sum(d.hold_count), 0)::bigint as holds, count(distinct d.campaign_id) as campaigns
  from trimtab.held_decisions d
  where d.org_id = r.org_id
    and d.rule_id = r.id
    and d.mode = 'active'
) h
cross join lateral (
  select coalesce(jsonb_object_agg(b.code, b.holds), '{}') as by_gate
  from (
    select d.code, sum(d.hold_count) as holds
    from trimtab.held_decisions d
    where d.org_id = r.org_id
      and d.rule_id = r.id
      and d.mode = 'active'
    group by d.code
  ) b
) g
left join (
  select w.org_id, w.rule_id, count(*) as reversals, count(*) filter (where w.how = 'taken_back') as taken_back,
         count(*) filter (where w.how = 'put_back') as put_back
  from trimtab.v_rule_reversals w
  group by w.org_id, w.rule_id
) v on v.org_id = r.org_id and v.rule_id = r.id
where r.org_id = (select trimtab.current_org_id());
comment on view trimtab.v_rule_effectiveness is
  'How well each rule of the organization works: executions and their success (percent), what gates held back (each time counted, and by the gate''s code), the changes that it made of campaigns and how many of them people reversed (v_rule_reversals; reversal_rate in percent, null without changes). Shadow decisions are counted apart and are in none of the others.';
grant select on trimtab.v_rule_effectiveness to trimtab_user, trimtab_engine;
