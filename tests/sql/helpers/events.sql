-- The system's own events are what the catalogue says, in every test that causes one.

create function test.check_events()
  returns trigger
  language plpgsql
  -- definer: whoever writes an event may have no right to call what judges it.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_faults text;
begin
  select string_agg(format('%s: %s', a.type, f.fault), E'\n') into v_faults
  from added a
  left join trimtab.event_types t on t.type = a.type and t.source = 'system'
  cross join lateral unnest(case
    when t.type is not null then
      array_remove(trimtab.schema_faults(t.payload_schema, a.payload, 'payload')
      || case when a.subject_type is distinct from coalesce(t.subject_type, a.subject_type)
           then format('subject_type: found %s, allowed %s', coalesce(a.subject_type, 'nothing'), t.subject_type) end, null)
    when trimtab.event_type_fault(a.type) is not null then array['a type of the system that is not in the catalogue']
  end) f (fault);
  if v_faults is not null then
    raise exception 'an event is not as sql/reference/event_types.sql says' using detail = v_faults;
  end if;
  return null;
end
$$;
comment on function test.check_events() is
  'Statement trigger of the journal in test databases: an event of the system''s own has a type of the catalogue, its payload fits the schema, and its subject is of the kind that the catalogue names.';
create trigger check_events after insert on trimtab.events
  referencing new table as added
  for each statement execute function test.check_events();
