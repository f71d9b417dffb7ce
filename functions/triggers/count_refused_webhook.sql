create or replace function trimtab.count_refused_webhook(
  p_org_id uuid,
  p_endpoint_id uuid,
  p_reason text,
  p_as_of timestamptz
)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  -- Anybody can send what is refused: it adds no row, and waits for nobody. Who comes while another is counted is not.
  if p_endpoint_id is null then
    update trimtab.stray_webhooks w
    set count = w.count + 1, last_at = greatest(w.last_at, p_as_of)
    where w.is_only_row = (select f.is_only_row from trimtab.stray_webhooks f for update skip locked);
  else
    update trimtab.webhook_refusals w
    set count = w.count + 1, last_at = greatest(w.last_at, p_as_of)
    where w.org_id = p_org_id and w.endpoint_id = p_endpoint_id and w.reason = (
      select f.reason
      from trimtab.webhook_refusals f
      where f.org_id = p_org_id and f.endpoint_id = p_endpoint_id and f.reason = p_reason
      for update skip locked);
  end if;
end
$$;
comment on function trimtab.count_refused_webhook(uuid, uuid, text, timestamptz) is
  'Counts a message that is answered with 401, with its endpoint and reason, or (p_endpoint_id null) as one for no endpoint. For the system''s own functions.';
grant execute on function trimtab.count_refused_webhook(uuid, uuid, text, timestamptz) to trimtab_definer;
