create or replace function trimtab.assign_alert(p_id uuid, p_assignee text)
  returns trimtab.alerts
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody else may change alerts.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
  v_alert trimtab.alerts := trimtab.find_alert(v_org_id, p_id);
  v_assignee record;
begin
  if v_alert.status = 'resolved' then
    raise exception 'the alert is resolved'
      using errcode = 'TT063',
            detail = format('It was resolved at %s.', v_alert.resolved_at),
            hint = 'When it happens again, a new one is raised.';
  end if;
  select * into v_assignee from trimtab.find_assignee(v_org_id, p_assignee);
  update trimtab.alerts a
  set assignee_id = v_assignee.user_id, assignee_role = v_assignee.role
  where a.org_id = v_org_id and a.id = p_id
  returning a.* into v_alert;
  return v_alert;
end
$$;
comment on function trimtab.assign_alert(uuid, text) is
  'Gives an alert to a member (id or address) or to role:<role>; null: to nobody. Returns the row. Role: analyst. Errors: TT001-TT003, TT062 no such member, TT063 unknown or resolved.';
alter function trimtab.assign_alert(uuid, text) owner to trimtab_definer;
grant execute on function trimtab.assign_alert(uuid, text) to trimtab_user, trimtab_engine;
