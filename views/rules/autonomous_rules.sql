create or replace view trimtab.autonomous_rules with (security_invoker = true) as
select
  r.id,
  r.name as rule_name,
  r.rule_type,
  trimtab.autonomous_condition(r.document) as condition,
  trimtab.autonomous_action(r.document) as action,
  r.priority,
  r.status = 'active' as is_active,
  r.created_by,
  r.created_at,
  r.updated_at,
  r.org_id,
  r.version,
  r.description,
  r.copied_from,
  r.status
from trimtab.automation_rules r
where r.status <> 'archived';
comment on view trimtab.autonomous_rules is
  'The organization''s rules, those switched off included, with one condition and one action where the rule is so simple. Insert, update (rule_name, rule_type, condition, action, priority, is_active, description) and delete are understood and checked like any document; the other columns are kept by the system, and writing them is refused (TT032).';
grant select, insert, update, delete on trimtab.autonomous_rules to trimtab_user;
grant select, insert, update, delete on trimtab.autonomous_rules to trimtab_engine;
create or replace trigger write instead of insert or update or delete on trimtab.autonomous_rules
  for each row execute function trimtab.write_autonomous_rule();
