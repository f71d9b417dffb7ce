create or replace function trimtab.resolve_alert(p_id uuid, p_note text default null)
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
  if v_alert.status = 'resolved' then
    return v_alert;  -- said twice
  end if;
  update trimtab.alerts a
  set status = 'resolved', resolved_at = trimtab.clock(), resolved_by = trimtab.current_user_id(),
      note = coalesce(nullif(btrim(p_note), ''), a.note)
  where a.org_id = v_org_id and a.id = p_id
  returning a.* into v_alert;
  return v_alert;
end
$$;
comment on function trimtab.resolve_alert(uuid, text) is
  'The matter of the alert is settled; the row. Twice is a no-op. When it happens again, a new alert is raised. Role: analyst. Errors: TT001-TT003, TT063 unknown.';
alter function trimtab.resolve_alert(uuid, text) owner to trimtab_definer;
grant execute on function trimtab.resolve_alert(uuid, text) to trimtab_user, trimtab_engine;
