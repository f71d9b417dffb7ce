create or replace function trimtab.acknowledge_anomaly(p_id uuid, p_note text default null)
  returns trimtab.anomalies
  language plpgsql
  volatile
  parallel unsafe
  -- definer: no caller may write anomalies.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
  v_anomaly trimtab.anomalies;
begin
  select a.* into v_anomaly
  from trimtab.anomalies a
  where a.org_id = v_org_id and a.id = p_id
  for no key update;
  if not found then
    raise exception 'there is no such anomaly'
      using errcode = 'TT042',
            detail = format('No anomaly of the organization has the id %s.', coalesce(p_id::text, 'null')),
            hint = 'select * from trimtab.v_open_anomalies lists the open ones.';
  end if;
  if v_anomaly.status = 'acknowledged' then
    return v_anomaly;  -- said twice
  end if;
  if v_anomaly.status = 'withdrawn' then
    raise exception 'the anomaly was withdrawn'
      using errcode = 'TT043',
            detail = format('Its facts were corrected, and since %s it no longer holds.', v_anomaly.withdrawn_at),
            hint = 'There is nothing left to acknowledge.';
  end if;
  update trimtab.anomalies a
  set status = 'acknowledged', acknowledged_at = trimtab.clock(), acknowledged_by = trimtab.current_user_id(),
      note = nullif(btrim(p_note), '')
  where a.org_id = v_org_id and a.id = p_id
  returning a.* into v_anomaly;
  return v_anomaly;
end
$$;
comment on function trimtab.acknowledge_anomaly(uuid, text) is
  'Says that somebody knows of an anomaly of the caller''s organization, with a note; rules no longer count it. Returns it; twice is a no-op. Role: analyst. Errors: TT001–TT003, TT042 unknown, TT043 withdrawn.';
alter function trimtab.acknowledge_anomaly(uuid, text) owner to trimtab_definer;
grant execute on function trimtab.acknowledge_anomaly(uuid, text) to trimtab_user, trimtab_engine, trimtab_definer;
