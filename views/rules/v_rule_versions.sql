create or replace view trimtab.v_rule_versions with (security_invoker = true) as
select
  v.org_id,
  v.rule_id,
  r.name as rule_name,
  v.version,
  v.version = r.version as is_current,
  v.document ->> 'status' as status,
  v.valid_from,
  lead(v.valid_from) over (partition by v.org_id, v.rule_id order by v.version) as valid_to,
  v.reason,
  v.changed_by,
  coalesce(u.display_name, u.email) as author,
  v.login,
  (
    select array_agg(k.key order by k.key)
    from jsonb_object_keys(v.document || p.document) k (key)
    where v.document -> k.key is distinct from p.document -> k.key
  ) as changed_keys,
  v.document
from trimtab.rule_versions v
join trimtab.automation_rules r on r.org_id = v.org_id and r.id = v.rule_id
left join trimtab.rule_versions p on p.org_id = v.org_id and p.rule_id = v.rule_id and p.version = v.version - 1
left join trimtab.users u on u.id = v.changed_by;
comment on view trimtab.v_rule_versions is
  'Every version of every rule: what it said (document), which keys changed since the version before (null in the first one), from when to when it held, who made it (author, where the caller may see the person; login) and why (reason).';
grant select on trimtab.v_rule_versions to trimtab_user, trimtab_engine;
