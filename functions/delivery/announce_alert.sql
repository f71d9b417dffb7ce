create or replace function trimtab.announce_alert()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: whoever handles alerts may not write the journal.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  perform trimtab.emit_event(
    new.org_id, 'alert.' || k.what,
    jsonb_build_object(
      'title', new.title, 'severity', new.severity, 'status', new.status, 'source', new.source, 'rule_id', new.rule_id,
      'campaign_id', new.campaign_id, 'assignee_id', new.assignee_id, 'assignee_role', new.assignee_role),
    'alert', new.id)
  from (values
    ('raised', tg_op = 'INSERT'),
    ('escalated', tg_op = 'UPDATE' and new.severity <> old.severity),
    ('acknowledged', tg_op = 'UPDATE' and new.status = 'acknowledged' and old.status <> 'acknowledged'),
    ('resolved', tg_op = 'UPDATE' and new.status = 'resolved' and old.status <> 'resolved'),
    ('assigned', case when tg_op = 'INSERT' then num_nonnulls(new.assignee_id, new.assignee_role) > 0
      else (new.assignee_id, new.assignee_role) is distinct from (old.assignee_id, old.assignee_role) end)
  ) as k (what, is_so)
  where k.is_so;
  return null;
end
$$;
comment on function trimtab.announce_alert() is
  'Row trigger: tells the journal that an alert was raised, escalated, acknowledged, resolved or assigned (event alert.*). That it was merely raised again is counted, not told.';
alter function trimtab.announce_alert() owner to trimtab_definer;
create or replace trigger announce after insert or update on trimtab.alerts
  for each row execute function trimtab.announce_alert();
create or replace trigger audit after insert or update or delete on trimtab.alerts
  for each row execute function trimtab.write_audit('alert', 'id', 'message,evidence,raised_count,last_raised_at,rule_name');
