create or replace function trimtab.act_assign(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_campaign_id uuid := (p_context ->> 'campaign_id')::uuid;
  v_assignee record;
  v_ids uuid[];
begin
  perform trimtab.lock_organization(p_org_id);
  select * into v_assignee from trimtab.find_assignee(p_org_id, p_action ->> 'assignee');
  if v_assignee.user_id is null and v_assignee.role is null then
    raise exception 'nobody is named to assign it to'
      using errcode = 'TT062',
            detail = format('The action is %s.', p_action),
            hint = 'assignee is a member''s id or e-mail address, or role:<role>.';
  end if;
  -- What this execution raised; else what is unresolved about the campaign (without one: what the rule raised).
  v_ids := array(
    select distinct o.alert_id
    from trimtab.alert_occurrences o
    join trimtab.alerts a on a.org_id = p_org_id and a.id = o.alert_id and a.status <> 'resolved'
    where o.org_id = p_org_id and o.execution_id = (p_context ->> 'execution_id')::uuid
      and a.campaign_id is not distinct from v_campaign_id
    order by 1);
  if v_ids = '{}' then
    v_ids := array(
      select a.id
      from trimtab.alerts a
      where a.org_id = p_org_id and a.status <> 'resolved'
        and case when v_campaign_id is null then a.campaign_id is null and a.rule_id = (p_context ->> 'rule_id')::uuid
                 else a.campaign_id = v_campaign_id end
      order by 1);
  end if;
  if v_ids = '{}' then
    v_ids := array[(trimtab.act_create_alert(p_org_id, '{"type": "create_alert"}', p_context) ->> 'alert_id')::uuid];
  end if;
  update trimtab.alerts a
  set assignee_id = v_assignee.user_id, assignee_role = v_assignee.role
  where a.org_id = p_org_id and a.id = any (v_ids)
    and (a.assignee_id, a.assignee_role) is distinct from (v_assignee.user_id, v_assignee.role);
  return jsonb_build_object('alert_ids', v_ids, 'assignee', coalesce('user:' || v_assignee.user_id, 'role:' || v_assignee.role));
end
$$;
comment on function trimtab.act_assign(uuid, jsonb, jsonb) is
  'Handler of the action assign {assignee}: gives alerts to a member or a role: those that this execution raised, else the unresolved ones of the campaign (of an event''s rule: of the rule); where there is none, it raises one with the rule''s name. {alert_ids, assignee}. Errors: TT062 no such member.';
grant execute on function trimtab.act_assign(uuid, jsonb, jsonb) to trimtab_definer;
