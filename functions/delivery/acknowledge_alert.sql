create or replace function trimtab.acknowledge_alert(p_id uuid, p_note text default null)
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
begin
  if v_alert.status = 'acknowledged' then
    return v_alert;  -- said twice
  elsif v_alert.status = 'resolved' then
    raise exception 'the alert is resolved'
      using errcode = 'TT063',
            detail = format('It was resolved at %s.', v_alert.resolved_at),
            hint = 'When it happens again, a new one is raised.';
  end if;
  update trimtab.alerts a
  set status = 'acknowledged', acknowledged_at = trimtab.clock(), acknowledged_by = trimtab.current_user_id(),
      note = nullif(btrim(p_note), '')
  where a.org_id = v_org_id and a.id = p_id
  returning a.* into v_alert;
  return v_alert;
end
$$;
comment on function trimtab.acknowledge_alert(uuid, text) is
  'Somebody has seen the alert and takes care of it; the row. Twice is a no-op. Raised again it stays acknowledged, unless it got worse. Role: analyst. Errors: TT001-TT003, TT063 unknown or resolved.';
alter function trimtab.acknowledge_alert(uuid, text) owner to trimtab_definer;
grant execute on function trimtab.acknowledge_alert(uuid, text) to trimtab_user, trimtab_engine;
