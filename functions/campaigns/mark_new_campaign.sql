create or replace function trimtab.mark_new_campaign()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: a part of the door; nobody may write the outbox.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  insert into trimtab.campaign_outbox (org_id, campaign_id, marked_at)
  values (new.org_id, new.id, trimtab.clock());
  return null;
end
$$;
comment on function trimtab.mark_new_campaign() is
  'Row trigger: a campaign that was made here for a platform is not on that platform yet. One that an import made (it has a source_key) is there already.';
alter function trimtab.mark_new_campaign() owner to trimtab_definer;
create or replace trigger mark_new after insert on trimtab.campaigns
  for each row when (new.platform is not null and new.source_key is null) execute function trimtab.mark_new_campaign();
