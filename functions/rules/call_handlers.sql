create or replace function trimtab.call_handlers(p_kind text, p_org_id uuid, p_as_of timestamptz)
  returns jsonb[]
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_function text;
  v_code text;
  v_message text;
  v_faults jsonb[] := '{}';
begin
  for v_function in
    select h.function from trimtab.handlers h where h.kind = p_kind order by h.position, h.function
  loop
    -- The block isolates failures. The name comes from a reference table that only deploys write.
    begin
      execute format('select %s($1, $2)', v_function) using p_org_id, p_as_of;
    exception
      when serialization_failure then
        raise;
      when others or assert_failure then
        get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
        v_faults := array_append(v_faults, jsonb_build_object('part', v_function, 'code', v_code, 'message', v_message));
    end;
  end loop;
  return v_faults;
end
$$;
comment on function trimtab.call_handlers(text, uuid, timestamptz) is
  'Calls the handlers of a kind (function(p_org_id uuid, p_as_of timestamptz)) for an organization, each in a block of its own; returns those that failed [{part, code, message}]. For the system''s own functions.';
grant execute on function trimtab.call_handlers(text, uuid, timestamptz) to trimtab_definer;
