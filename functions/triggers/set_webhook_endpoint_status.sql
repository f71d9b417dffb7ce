create or replace function trimtab.set_webhook_endpoint_status(p_endpoint_id uuid, p_status text)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody may write endpoints.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
begin
  perform trimtab.find_webhook_endpoint(v_org_id, p_endpoint_id);
  if p_status is null or lower(p_status) not in ('active', 'paused') then
    raise exception 'an endpoint has no such status'
      using errcode = 'TT080',
            detail = format('p_status: found %L, allowed active, paused.', p_status),
            hint = 'A paused endpoint answers as one that there is not.';
  end if;
  update trimtab.webhook_endpoints e
  set status = lower(p_status)
  where e.org_id = v_org_id and e.id = p_endpoint_id and e.status <> lower(p_status);
end
$$;
comment on function trimtab.set_webhook_endpoint_status(uuid, text) is
  'Pauses an endpoint, which then answers 401 as one that there is not, or makes it active again (role admin). Errors: TT001–TT003, TT080 another status, TT081 no such endpoint.';
alter function trimtab.set_webhook_endpoint_status(uuid, text) owner to trimtab_definer;
grant execute on function trimtab.set_webhook_endpoint_status(uuid, text) to trimtab_user, trimtab_engine;
