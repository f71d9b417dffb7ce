create or replace function trimtab.tick_webhook_receipts(p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the engine deletes nothing by itself.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  -- Never shorter than a message can be sent again: the widest skew, before and after, and as much to spare.
  v_before timestamptz := p_as_of - greatest(interval '4 hours', (
    select make_interval(days => (s.value #>> '{}')::integer) from trimtab.settings s where s.name = 'webhook_receipts_kept_days'));
  v_count integer;
begin
  if p_as_of > trimtab.clock() then
    raise exception 'receipts are kept by the present time'
      using errcode = 'TT005',
            detail = format('Asked as of %s; it is %s.', p_as_of, trimtab.clock()),
            hint = 'Give the present.';
  end if;
  with old as (
    select r.org_id, r.endpoint_id, r.webhook_id
    from trimtab.webhook_receipts r
    where r.received_at < v_before
    order by r.received_at
    limit p_limit
    for update skip locked
  )
  delete from trimtab.webhook_receipts r
  using old o
  where r.org_id = o.org_id and r.endpoint_id = o.endpoint_id and r.webhook_id = o.webhook_id;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.tick_webhook_receipts(timestamptz, integer) is
  'Part of the tick: deletes at most p_limit receipts of messages that are older than the setting webhook_receipts_kept_days (4 hours at least), the oldest first; returns how many. A message that comes again even later is known by the key of its event. Errors: TT005 for a moment that has not come.';
alter function trimtab.tick_webhook_receipts(timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.tick_webhook_receipts(timestamptz, integer) to trimtab_engine;
