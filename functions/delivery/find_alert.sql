create or replace function trimtab.find_alert(p_org_id uuid, p_id uuid)
  returns trimtab.alerts
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_alert trimtab.alerts;
begin
  select a.* into v_alert
  from trimtab.alerts a
  where a.org_id = p_org_id and a.id = p_id
  for no key update;
  if not found then
    raise exception 'there is no such alert'
      using errcode = 'TT063',
            detail = format('No alert of the organization has the id %s.', coalesce(p_id::text, 'null')),
            hint = 'select * from trimtab.v_alerts.';
  end if;
  return v_alert;
end
$$;
comment on function trimtab.find_alert(uuid, uuid) is
  'An alert of the organization, its row locked. Errors: TT063. For the system''s own functions.';
grant execute on function trimtab.find_alert(uuid, uuid) to trimtab_definer;
