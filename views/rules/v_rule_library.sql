create or replace view trimtab.v_rule_library with (security_invoker = true) as
select distinct on (l.code)
  l.code,
  l.kind = 'default_rule' as is_default,
  l.version,
  coalesce(l.document ->> 'category', 'performance') as category,
  coalesce(l.document ->> 'summary', l.document ->> 'description') as summary,
  l.document ->> 'tune' as tune,
  jsonb_array_length(coalesce(l.document -> 'rules', jsonb_build_array(l.document))) as rule_count,
  coalesce(l.document -> 'rules', jsonb_build_array(l.document)) as rules,
  (
    select count(*)
    from trimtab.automation_rules r
    where r.org_id = (select trimtab.current_org_id())
      and r.status <> 'archived'
      and split_part(r.copied_from, '@', 1) = l.code
  ) as adopted
from trimtab.library l
where l.kind in ('rule', 'default_rule')
order by l.code, l.version desc;
comment on view trimtab.v_rule_library is
  'The library of ready rules, the latest version of each: what adopt_rule(code) copies. adopted: how many rules of the organization came from it and are not archived; is_default: each new organization gets a copy.';
grant select on trimtab.v_rule_library to trimtab_user, trimtab_engine;
