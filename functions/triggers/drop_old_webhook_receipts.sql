create or replace function trimtab.drop_old_webhook_receipts(p_org_id uuid, p_before timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody deletes these rows but the clockwork.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  delete from trimtab.webhook_receipts x
  where x.org_id = p_org_id
    and (x.endpoint_id, x.webhook_id) in (
      select o.endpoint_id, o.webhook_id
      from trimtab.webhook_receipts o
      where o.org_id = p_org_id
        -- Never sooner than the widest skew, before and after, and as much to spare.
        and o.received_at < least(p_before, trimtab.clock() - interval '4 hours')
      order by o.received_at
      limit p_limit
      for update skip locked);
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.drop_old_webhook_receipts(uuid, timestamptz, integer) is
  'Deletes up to p_limit receipts of an organization''s webhooks from before p_before, the oldest first, but none of the last four hours; returns how many. A message that comes again even later is known by the key of its event. For the clockwork (tick_retention()).';
alter function trimtab.drop_old_webhook_receipts(uuid, timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.drop_old_webhook_receipts(uuid, timestamptz, integer) to trimtab_engine;
