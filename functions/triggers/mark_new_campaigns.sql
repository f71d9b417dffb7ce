create or replace function trimtab.mark_new_campaigns()
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
  select n.org_id, 'campaign', n.id
  from new_campaigns n
  where exists (
    select from trimtab.triggers t
    where t.org_id = n.org_id and t.subject_type = 'campaign' and t.source = 'metric' and t.status = 'active');
  return null;
end
$$;
comment on function trimtab.mark_new_campaigns() is
  'Statement trigger of campaigns: where triggers of the organization watch metrics of campaigns, new ones are to be looked at, and get their signals then.';
alter function trimtab.mark_new_campaigns() owner to trimtab_definer;
create or replace trigger mark_new_campaigns after insert on trimtab.campaigns
  referencing new table as new_campaigns for each statement execute function trimtab.mark_new_campaigns();
