create or replace function trimtab.fire_trigger(
  p_org_id uuid,
  p_trigger_id uuid,
  p_event_ids bigint[],
  p_as_of timestamptz,
  p_firing_id bigint default null
)
  returns text
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_most_attempts constant integer := 5;
  c_most_events constant integer := 1000;
  v_trigger trimtab.triggers := trimtab.find_trigger(p_org_id, p_trigger_id);
  v_firing trimtab.trigger_firings;
  v_function text;
  v_events jsonb;
  v_result jsonb;
  v_status text;
  v_code text;
  v_message text;
begin
  if p_firing_id is null then
    insert into trimtab.trigger_firings (
      org_id, trigger_id, trigger_name, status, event_count, event_ids, first_event_at, last_event_at, target_code, depth, chain,
      attempts, transaction_id, fired_at)
    select p_org_id, p_trigger_id, v_trigger.name, 'running', count(*), (array_agg(m.event_id order by m.event_id))[:100],
      min(m.recorded_at), max(m.recorded_at), v_trigger.target_code, max(m.depth) + 1,
      array(
        select distinct c.id
        from trimtab.trigger_matches n
        cross join lateral unnest(n.chain || p_trigger_id) c (id)
        where n.org_id = p_org_id and n.trigger_id = p_trigger_id and n.event_id = any (p_event_ids)),
      1, pg_current_xact_id(), p_as_of
    from trimtab.trigger_matches m
    where m.org_id = p_org_id and m.trigger_id = p_trigger_id and m.event_id = any (p_event_ids)
    returning * into v_firing;
  else
    update trimtab.trigger_firings f
    set status = 'running', retry_at = null, attempts = f.attempts + 1, transaction_id = pg_current_xact_id(),
        target_code = v_trigger.target_code
    where f.org_id = p_org_id and f.id = p_firing_id
    returning * into v_firing;
  end if;

  -- The block isolates failures: what the target did is undone, and only that.
  begin
    select h.function into v_function
    from trimtab.handlers h
    where h.kind = 'trigger_target.' || v_trigger.target_code
    order by h.position
    limit 1;
    if not found then
      raise exception 'nothing carries out the target %', v_trigger.target_code
        using errcode = 'TT036',
              detail = format('Trigger %s.', v_trigger.name),
              hint = 'A target needs its function in handlers, kind trigger_target.<code>.';
    end if;
    -- Of very many events the target is told the last thousand, and how many there are.
    select jsonb_agg(x.document order by x.event_id) into v_events
    from (
      select m.event_id, trimtab.event_document(e) as document
      from trimtab.trigger_matches m
      join trimtab.events e on e.org_id = m.org_id and e.id = m.event_id and e.recorded_at = m.recorded_at
      where m.org_id = p_org_id
        and m.trigger_id = p_trigger_id
        and (m.event_id = any (p_event_ids) or m.firing_id = p_firing_id)
      order by m.event_id desc
      limit c_most_events
    ) x;
    if v_events is null then
      v_result := '{"skipped": "The journal does not go back to its events any more."}';
    else
      -- The name comes from a reference table that only deploys write.
      execute format('select %s($1, $2, $3, $4)', v_function)
      into v_result
      using p_org_id, v_trigger.target, v_events, jsonb_build_object(
        'trigger_id', v_trigger.id, 'trigger', v_trigger.name, 'firing_id', v_firing.id, 'attempt', v_firing.attempts,
        'event_count', v_firing.event_count, 'depth', v_firing.depth, 'as_of', p_as_of);
    end if;
    -- What would be checked when the transaction ends is checked now, so that it costs this firing and not the others.
    perform trimtab.settle_envelope(p_org_id);
    v_status := case when v_result ? 'skipped' then 'skipped' else 'success' end;
  exception
    when query_canceled or assert_failure or others then
      get stacked diagnostics v_code = returned_sqlstate, v_message = message_text;
      -- In a transaction that keeps to one snapshot nothing later can go better: it has to be tried again as a whole.
      if v_code = '40001' and current_setting('transaction_isolation') <> 'read committed' then
        raise;
      end if;
  end;

  if v_status is null and v_firing.attempts < c_most_attempts then
    v_status := 'retrying';
    update trimtab.trigger_matches m
    set firing_id = v_firing.id
    where m.org_id = p_org_id and m.trigger_id = p_trigger_id and m.event_id = any (p_event_ids) and p_firing_id is null;
  else
    if v_status is null then
      v_status := 'failed';
      perform trimtab.emit_event(
        p_org_id, 'trigger.failed', jsonb_build_object(
          'trigger_id', p_trigger_id, 'trigger', v_trigger.name, 'firing_id', v_firing.id, 'attempts', v_firing.attempts,
          'events', v_firing.event_count, 'error_code', v_code, 'error_message', v_message),
        'trigger', p_trigger_id, 'trigger');
    end if;
    delete from trimtab.trigger_matches m
    where m.org_id = p_org_id and m.trigger_id = p_trigger_id
      and (m.event_id = any (p_event_ids) or m.firing_id = p_firing_id);
  end if;
  update trimtab.trigger_firings f
  set status = v_status,
      retry_at = case when v_status = 'retrying' then p_as_of + make_interval(mins => (2 ^ (v_firing.attempts - 1))::integer) end,
      result = v_result, error_code = v_code, error_message = v_message,
      completed_at = case when v_status <> 'retrying' then p_as_of end
  where f.org_id = p_org_id and f.id = v_firing.id;
  update trimtab.triggers t
  set fired_count = t.fired_count + (v_status in ('success', 'skipped'))::integer,
      failed_count = t.failed_count + (v_status = 'failed')::integer,
      last_fired_at = case when v_status in ('success', 'skipped') then p_as_of else t.last_fired_at end,
      last_error = coalesce(v_message, t.last_error),
      last_error_at = case when v_message is not null then p_as_of else t.last_error_at end
  where t.org_id = p_org_id and t.id = p_trigger_id;
  return case when v_code = '57014' then 'stopped' else v_status end;
end
$$;
comment on function trimtab.fire_trigger(uuid, uuid, bigint[], timestamptz, bigint) is
  'Has a trigger''s target carried out with events that wait for it, in a block of its own, and records that with its result; with p_firing_id one that failed is tried again with its events. What failed is tried five times, after 1, 2, 4 and 8 minutes, and then given up: the event trigger.failed says so. Effect and record are one transaction. Returns success, skipped (the target had a reason), retrying or failed; stopped where it was cancelled, which is one of the last two in the record. For the system''s own functions, under the organization''s lock.';
grant execute on function trimtab.fire_trigger(uuid, uuid, bigint[], timestamptz, bigint) to trimtab_definer;
