create or replace function trimtab.job_emit_event(p_org_id uuid, p_arguments jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 5;
  v_cause jsonb := (
    select e.payload #> '{caused_by,depth}'
    from trimtab.events e
    where e.org_id = p_org_id and e.id = (p_context ->> 'event_id')::bigint);
  v_depth integer := 1 + case when jsonb_typeof(v_cause) = 'number' then least(greatest((v_cause #>> '{}')::numeric, 0), 1000)::integer else 0 end;
  v_fault text := trimtab.event_type_fault(p_arguments ->> 'event');
begin
  if v_fault is not null or v_depth > c_most then
    raise exception 'a schedule cannot write this event'
      using errcode = 'TT067',
            detail = coalesce(v_fault, format('It would be event %s in a chain of events that set each other off; %s are allowed.', v_depth, c_most)),
            hint = 'A dotted type of your own such as team.budget_reviewed.';
  end if;
  return jsonb_build_object('event', p_arguments -> 'event', 'event_id', trimtab.emit_event(
    p_org_id,
    p_arguments ->> 'event',
    coalesce(p_arguments -> 'payload', '{}') || jsonb_build_object('caused_by', jsonb_build_object(
      'schedule_id', p_context -> 'schedule_id', 'schedule_name', p_context -> 'schedule_name', 'run_id', p_context -> 'run_id',
      'slot_at', p_context -> 'slot_at', 'event_id', p_context -> 'event_id', 'depth', v_depth)),
    p_source => 'schedule',
    p_dedupe_key => 'schedule:' || (p_context ->> 'run_id')));
end
$$;
comment on function trimtab.job_emit_event(uuid, jsonb, jsonb) is
  'Handler of schedules that write an event {event, payload}, once a run: the payload with caused_by {schedule_id, schedule_name, run_id, slot_at, event_id, depth}. Returns {event, event_id}. Errors: TT067 a type that is not the organization''s to use.';
grant execute on function trimtab.job_emit_event(uuid, jsonb, jsonb) to trimtab_definer;
