create or replace function trimtab.record_suppressed(
  p_org_id uuid,
  p_trigger_id uuid,
  p_reason text,
  p_event_ids bigint[],
  p_first_at timestamptz,
  p_last_at timestamptz,
  p_as_of timestamptz
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_most constant integer := 100;
  v_trigger trimtab.triggers;
begin
  update trimtab.triggers t
  set suppressed_count = t.suppressed_count + cardinality(p_event_ids)
  where t.org_id = p_org_id and t.id = p_trigger_id
  returning * into v_trigger;
  if not found then
    return;
  end if;
  update trimtab.trigger_firings f
  set event_count = f.event_count + cardinality(p_event_ids),
      event_ids = (f.event_ids || p_event_ids)[:c_most],
      first_event_at = least(f.first_event_at, p_first_at),
      last_event_at = greatest(f.last_event_at, p_last_at),
      completed_at = p_as_of
  where f.org_id = p_org_id
    and f.id = (
      select l.id from trimtab.trigger_firings l
      where l.org_id = p_org_id and l.trigger_id = p_trigger_id
      order by l.id desc
      limit 1)
    and f.status = 'suppressed'
    and f.reason = p_reason;
  if not found then
    insert into trimtab.trigger_firings (
      org_id, trigger_id, trigger_name, status, reason, event_count, event_ids, first_event_at, last_event_at, target_code,
      fired_at, completed_at)
    values (
      p_org_id, p_trigger_id, v_trigger.name, 'suppressed', p_reason, cardinality(p_event_ids), p_event_ids[:c_most],
      p_first_at, p_last_at, v_trigger.target_code, p_as_of, p_as_of);
  end if;
end
$$;
comment on function trimtab.record_suppressed(uuid, uuid, text, bigint[], timestamptz, timestamptz, timestamptz) is
  'Records that a trigger did not fire with events, and why: one row with their number, first and last, which goes on until the trigger fires again. For the system''s own functions, under the organization''s lock.';
grant execute on function trimtab.record_suppressed(uuid, uuid, text, bigint[], timestamptz, timestamptz, timestamptz) to trimtab_definer;
