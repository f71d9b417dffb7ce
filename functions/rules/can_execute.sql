create or replace function trimtab.can_execute(p_rule_id uuid, p_as_of timestamptz default trimtab.clock())
  returns boolean
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org();
  v_rule trimtab.automation_rules;
  v_zone text := (select o.time_zone from trimtab.organizations o where o.org_id = v_org_id);
  v_day_start timestamptz := trimtab.day_start((p_as_of at time zone v_zone)::date, v_zone);
begin
  select r.* into v_rule from trimtab.automation_rules r where r.org_id = v_org_id and r.id = p_rule_id;
  if not found then
    raise exception 'there is no such rule'
      using errcode = 'TT031',
            detail = format('No rule of the organization has the id %s.', coalesce(p_rule_id::text, 'null')),
            hint = 'select id, name from trimtab.automation_rules.';
  end if;
  return v_rule.status = 'active'
    and trimtab.automation_stop(v_org_id) is null
    and not exists (
      select from trimtab.automation_executions e
      where e.org_id = v_org_id and e.rule_id = p_rule_id and e.mode = 'active' and e.status <> 'skipped'
        and e.executed_at > p_as_of - v_rule.cooldown_minutes * interval '1 minute' and e.executed_at <= p_as_of)
    and (v_rule.max_executions_per_day is null or v_rule.max_executions_per_day > (
      select count(*)
      from trimtab.automation_executions e
      where e.org_id = v_org_id and e.rule_id = p_rule_id and e.mode = 'active' and e.status <> 'skipped'
        and e.executed_at >= v_day_start and e.executed_at <= p_as_of));
end
$$;
comment on function trimtab.can_execute(uuid, timestamptz) is
  'Whether a rule of the caller''s organization may be executed at p_as_of, were its conditions to hold: it is active, no stop switch is on, its cooldown is over (exactly at its end it is), and its limit for the organization''s day is not reached. Errors: TT001, TT002, TT031 unknown rule.';
grant execute on function trimtab.can_execute(uuid, timestamptz) to trimtab_user, trimtab_engine;
