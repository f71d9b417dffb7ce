create or replace function trimtab.mark_campaign_signals()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the queue is written by nobody else.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  insert into trimtab.metric_marks (org_id, subject_type, subject_id)
  select n.org_id, 'campaign', n.campaign_id
  from new_signals n
  -- Signals that became stale are looked at once they are computed again.
  where n.valid_until > n.computed_at
    and exists (
      select from trimtab.triggers t
      where t.org_id = n.org_id and t.subject_type = 'campaign' and t.source = 'metric' and t.status = 'active');
  return null;
end
$$;
comment on function trimtab.mark_campaign_signals() is
  'Statement trigger of the memo of signals: where triggers of the organization watch metrics of campaigns, campaigns whose signals were computed are to be looked at.';
alter function trimtab.mark_campaign_signals() owner to trimtab_definer;
create or replace trigger mark_inserted_signals after insert on trimtab.campaign_signals
  referencing new table as new_signals for each statement execute function trimtab.mark_campaign_signals();
create or replace trigger mark_updated_signals after update on trimtab.campaign_signals
  referencing new table as new_signals for each statement execute function trimtab.mark_campaign_signals();
