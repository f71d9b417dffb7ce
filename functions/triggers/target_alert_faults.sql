create or replace function trimtab.target_alert_faults(p_org_id uuid, p_target jsonb)
  returns text[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select trimtab.part_faults(p_target, 'target', '{
    "type": "text!", "title": "text", "severity": "low|medium|high|critical", "message": "prose", "assignee": "text"}') || array(
    select format('target.assignee: found %s, allowed: a member''s address or id, or role:<role>.', left(p_target ->> 'assignee', 100))
    from trimtab.resolve_recipients(p_org_id, array[p_target ->> 'assignee']) r
    where r.kind not in ('user', 'role'))
$$;
comment on function trimtab.target_alert_faults(uuid, jsonb) is 'What is wrong with the arguments of the target alert.';
grant execute on function trimtab.target_alert_faults(uuid, jsonb) to trimtab_definer;
