create or replace function trimtab.find_webhook_endpoint(p_org_id uuid, p_endpoint_id uuid)
  returns trimtab.webhook_endpoints
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_endpoint trimtab.webhook_endpoints;
begin
  select e.* into v_endpoint
  from trimtab.webhook_endpoints e
  where e.org_id = p_org_id and e.id = p_endpoint_id
  -- Not stronger: messages that come in meanwhile refer to it.
  for no key update;
  if not found then
    raise exception 'there is no such webhook endpoint'
      using errcode = 'TT081',
            detail = format('Id %s.', coalesce(p_endpoint_id::text, 'null')),
            hint = 'select id, name from trimtab.v_webhook_endpoints.';
  end if;
  return v_endpoint;
end
$$;
comment on function trimtab.find_webhook_endpoint(uuid, uuid) is
  'An endpoint of the organization, locked. Errors: TT081. For the system''s own functions.';
grant execute on function trimtab.find_webhook_endpoint(uuid, uuid) to trimtab_definer;
