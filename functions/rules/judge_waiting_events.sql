create or replace function trimtab.judge_waiting_events(
  p_org_id uuid,
  p_as_of timestamptz,
  p_run_id uuid default null,
  p_limit integer default 500,
  out judged integer,
  out execution_ids uuid[],
  out holds trimtab.decision[],
  out faults jsonb[]
)
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_event record;
  v_judged record;
  v_code text;
  v_message text;
begin
  faults := '{}';
  judged := 0;
  execution_ids := '{}';
  holds := '{}';
  for v_event in
    with oldest as (
      select w.event_id
      from trimtab.waiting_events w
      where w.org_id = p_org_id
      order by w.event_id
      limit p_limit
    ), taken as (
      delete from trimtab.waiting_events w
      using oldest o
      where w.org_id = p_org_id and w.event_id = o.event_id
      returning w.event_id, w.recorded_at
    )
    select e.id, e.type, t.recorded_at, trimtab.event_document(e) as document
    from taken t
    join trimtab.events e on e.org_id = p_org_id and e.id = t.event_id and e.recorded_at = t.recorded_at
    -- What has waited for longer than a day (automation was switched off) is not acted on any more.
    where t.recorded_at > p_as_of - interval '1 day'
    order by e.id
  loop
    -- The block isolates failures: an event that cannot be judged does not stand in the way of the next.
    begin
      v_judged := trimtab.judge_event(p_org_id, v_event.document, p_as_of, p_run_id);
      judged := judged + 1;
      execution_ids := execution_ids || v_judged.execution_ids;
      holds := holds || v_judged.holds;
    exception
      when serialization_failure then
        raise;
      when others or assert_failure then
        get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
        faults := array_append(faults, jsonb_build_object('part', 'event ' || v_event.id, 'code', v_code, 'message', v_message));
        if v_code in ('55P03', '40P01') then
          -- Whoever sits on a lock will let it go: the event waits, and those that follow wait for locks no longer than a moment.
          insert into trimtab.waiting_events (org_id, event_id, recorded_at)
          values (p_org_id, v_event.id, v_event.recorded_at)
          on conflict do nothing;
          perform set_config('lock_timeout', '10ms', true);
        elsif v_event.type <> 'autopilot.event_failed' then
          perform trimtab.emit_event(p_org_id, 'autopilot.event_failed', jsonb_build_object(
            'event_id', v_event.id, 'event_type', v_event.type, 'error_code', v_code, 'error_message', v_message));
        end if;
    end;
  end loop;
end
$$;
comment on function trimtab.judge_waiting_events(uuid, timestamptz, uuid, integer) is
  'Judges the events that wait for the organization''s rules, oldest first, at most p_limit, and takes them from the queue; what has waited for more than a day is taken from it unjudged. Returns how many were judged, the executions, what gates held back, and events that could not be judged at all (faults [{part, code, message}]): one that ran into a lock (55P03, 40P01) goes on waiting, any other leaves the event autopilot.event_failed. For the system''s own functions, under the organization''s lock.';
grant execute on function trimtab.judge_waiting_events(uuid, timestamptz, uuid, integer) to trimtab_definer;
