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
  select a.org_id, a.id, a.recorded_at
  from (
    -- Each type is looked up once, however many events have it.
    select k.org_id, k.type
    from (select distinct a.org_id, a.type from added a) k
    where exists (
      select from trimtab.automation_rules r
      where r.org_id = k.org_id and r.event_type = k.type and r.status in ('active', 'shadow'))
  ) k
  join added a on a.org_id = k.org_id and a.type = k.type
  on conflict do nothing;
  return null;
end
$$;
comment on function trimtab.queue_event() is
  'Statement trigger of the journal: events of a type that a rule of their organization waits for stand in the queue until they are judged. Other events leave nothing.';
alter function trimtab.queue_event() owner to trimtab_definer;
create or replace trigger queue_event after insert on trimtab.events
  referencing new table as added
  for each statement execute function trimtab.queue_event();
