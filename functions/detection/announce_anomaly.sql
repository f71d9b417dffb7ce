create or replace function trimtab.announce_anomaly()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: whoever may acknowledge an anomaly may not write the journal.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_what text := 'found';
begin
  if tg_op = 'UPDATE' then
    if new.status <> old.status then
      v_what := case new.status when 'open' then 'found' else new.status end;
    elsif new.severity <> old.severity then
      v_what := 'changed';
    else
      return null;
    end if;
  end if;
  perform trimtab.emit_event(
    new.org_id, 'anomaly.' || v_what,
    jsonb_build_object(
      'anomaly_id', new.id, 'campaign_id', new.campaign_id, 'platform', new.platform, 'kind', new.kind,
      'metric', new.metric, 'window', new.window_code, 'direction', new.direction, 'severity', new.severity,
      'score', new.score, 'expected', new.expected, 'found', new.found, 'status', new.status, 'description', new.description),
    case when new.campaign_id is null then 'organization' else 'campaign' end, coalesce(new.campaign_id, new.org_id));
  return null;
end
$$;
comment on function trimtab.announce_anomaly() is
  'Row trigger: tells the journal that an anomaly was found, changed its severity, was acknowledged or withdrawn (event anomaly.*). The subject is the campaign, or the organization where many campaigns share it.';
alter function trimtab.announce_anomaly() owner to trimtab_definer;
create or replace trigger announce after insert or update on trimtab.anomalies
  for each row execute function trimtab.announce_anomaly();
create or replace trigger audit after insert or update or delete on trimtab.anomalies
  for each row execute function trimtab.write_audit('anomaly', 'id', 'description,evidence,last_found_at,facts_revision');
