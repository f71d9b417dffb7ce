create or replace function trimtab.check_event_type()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_errors text[] := trimtab.schema_errors(new.payload_schema);
begin
  if v_errors <> '{}' then
    raise exception 'the schema of % cannot be used (faults: %)', new.type, cardinality(v_errors)
      using errcode = 'TT068',
            detail = array_to_string(v_errors, E'\n'),
            hint = '{"type": "object", "required": ["amount"], "properties": {"amount": {"type": "number", "minimum": 0}}}.';
  end if;
  new.payload_check := case new.source when 'external' then trimtab.schema_predicate(new.payload_schema)::jsonpath end;
  return new;
end
$$;
comment on function trimtab.check_event_type() is
  'Row trigger of the catalogue: the schema of a type can be used, and is made a predicate. Errors: TT068 with every fault of the schema.';
create or replace trigger check_event_type before insert or update on trimtab.event_types
  for each row execute function trimtab.check_event_type();
