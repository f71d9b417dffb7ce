create or replace function trimtab.write_autonomous_rule()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  if tg_op = 'INSERT' then
    new.org_id := coalesce(new.org_id, trimtab.require_org('manager'));
    new.priority := coalesce(new.priority, 50);
    new.is_active := coalesce(new.is_active, true);
    new.version := 1;
    new.id := trimtab.save_rule(
      new.org_id, null, new.rule_name, new.rule_type, new.condition, new.action, new.priority,
      case when new.is_active then 'active' else 'paused' end, new.description);
    return new;
  elsif tg_op = 'UPDATE' then
    perform trimtab.save_rule(
      old.org_id, old.id, new.rule_name, new.rule_type, new.condition, new.action, new.priority,
      case when new.is_active then 'active' when not new.is_active then 'paused' end, new.description);
    return new;
  end if;
  perform trimtab.save_rule(
    old.org_id, old.id, old.rule_name, old.rule_type, old.condition, old.action, old.priority, 'archived', old.description);
  return old;
end
$$;
comment on function trimtab.write_autonomous_rule() is
  'INSTEAD OF trigger of autonomous_rules: the seeds'' inserts, updates and deletes go through save_rule(). A deleted rule is archived; its versions stay.';
