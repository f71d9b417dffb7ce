create or replace view trimtab.v_rule_version_effects with (security_invoker = true) as
with reversed as materialized (
  select w.change_id
  from trimtab.v_rule_reversals w
)
select
  v.org_id,
  v.rule_id,
  r.name as rule_name,
  v.version,
  v.valid_from,
  v.changed_by,
  v.login,
  s.side,
  s.starts_at,
  s.ends_at,
  s.ends_at <= trimtab.clock() as is_complete,
  e.executions,
  e.successes,
  round(100.0 * e.successes / nullif(e.executions, 0), 2) as success_rate,
  e.shadow_executions,
  h.held_back_campaigns,
  h.held_back_by_gate,
  c.changes,
  c.reversals_by_people,
  (
    select count(*)
    from trimtab.rule_versions o
    where o.org_id = v.org_id
      and o.rule_id = v.rule_id
      and o.version <> v.version
      and o.valid_from > s.starts_at
      and o.valid_from < s.ends_at
  ) as other_versions
from trimtab.rule_versions v
join trimtab.automation_rules r on r.org_id = v.org_id and r.id = v.rule_id
cross join lateral (
  values
    ('before', v.valid_from - interval '168 hours', v.valid_from),
    ('after', v.valid_from, v.valid_from + interval '168 hours')
) s (side, starts_at, ends_at)
cross join lateral (
  select
    count(*) filter (where x.mode = 'active' and x.status <> 'skipped') as executions,
    count(*) filter (where x.mode = 'active' and x.status = 'success') as successes,
    count(*) filter (where x.mode = 'shadow') as shadow_executions
  from trimtab.automation_executions x
  where x.org_id = v.org_id
    and x.rule_id = v.rule_id
    and x.executed_at >= s.starts_at
    and x.executed_at < s.ends_at
) e
cross join lateral (
  -- A hold is one row with its first and last time: it counts where it was in force.
  select coalesce(sum(b.campaigns), 0)::bigint as held_back_campaigns, coalesce(jsonb_object_agg(b.code, b.campaigns), '{}') as held_back_by_gate
  from (
    select d.code, count(*) as campaigns
    from trimtab.held_decisions d
    where d.org_id = v.org_id
      and d.rule_id = v.rule_id
      and d.mode = 'active'
      and d.first_held_at < s.ends_at
      and d.last_held_at >= s.starts_at
      and (d.rule_version >= v.version) = (s.side = 'after')
    group by d.code
  ) b
) h
cross join lateral (
  select count(*) as changes, count(*) filter (where l.id in (select w.change_id from reversed w)) as reversals_by_people
  from trimtab.campaign_changes l
  where l.org_id = v.org_id
    and l.rule_id = v.rule_id
    and l.status in ('executed', 'rolled_back')
    and l.executed_at >= s.starts_at
    and l.executed_at < s.ends_at
) c
where v.org_id = (select trimtab.current_org_id());
comment on view trimtab.v_rule_version_effects is
  'Two rows for each version of each rule: what the rule did in the seven times 24 hours before the version came and in those after it (is_complete: they are over). reversals_by_people are of changes made in that week, whenever they were reversed. held_back_campaigns counts campaigns and gates that held something back at some time of that week, for each gate once. other_versions says how many other versions came within the week: where it is not 0, the two weeks do not compare two versions alone.';
grant select on trimtab.v_rule_version_effects to trimtab_user, trimtab_engine;
