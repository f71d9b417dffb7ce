create or replace function trimtab.queue_event()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: whoever causes an event may not write what waits for rules.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  insert into trimtab.waiting_events (org_id, event_id, recorded_at)
  select new.org_id, new.id, new.recorded_at
  where exists (
    select from trimtab.automation_rules r
    where r.org_id = new.org_id and r.event_type = new.type and r.status in ('active', 'shadow'))
  on conflict do nothing;
  return null;
end
$$;
comment on function trimtab.queue_event() is
  'Row trigger of the journal: an event of a type that a rule of its organization waits for stands in the queue until it is judged. Other events leave nothing.';
alter function trimtab.queue_event() owner to trimtab_definer;
-- keeper: attaches new months to the journal, which copies the trigger.
grant execute on function trimtab.queue_event() to trimtab_keeper;
create or replace trigger queue_event after insert on trimtab.events
  for each row execute function trimtab.queue_event();
