create or replace function trimtab.announce_opportunity()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: whoever may close an opportunity may not write the journal.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_what text := 'changed';
begin
  if tg_op = 'INSERT' then
    v_what := 'detected';
  elsif new.status <> old.status then
    v_what := case new.status when 'in_progress' then 'started' when 'open' then 'reopened' else new.status end;
  elsif new.severity = old.severity and new.evidence = old.evidence then
    return null;
  end if;
  perform trimtab.emit_event(
    new.org_id, 'opportunity.' || v_what,
    jsonb_build_object(
      'campaign_id', new.campaign_id, 'opportunity_type', new.opportunity_type, 'subject', new.subject,
      'severity', new.severity, 'status', new.status, 'confidence_score', new.confidence_score),
    'opportunity', new.id);
  return null;
end
$$;
comment on function trimtab.announce_opportunity() is
  'Row trigger: tells the journal that an opportunity was detected, changed, started, reopened, resolved or dismissed (event opportunity.*).';
alter function trimtab.announce_opportunity() owner to trimtab_definer;
create or replace trigger announce after insert or update on trimtab.optimization_opportunities
  for each row execute function trimtab.announce_opportunity();
