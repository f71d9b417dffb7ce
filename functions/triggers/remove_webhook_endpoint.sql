create or replace function trimtab.remove_webhook_endpoint(p_endpoint_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody may delete endpoints.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
begin
  perform trimtab.find_webhook_endpoint(v_org_id, p_endpoint_id);
  delete from trimtab.webhook_endpoints e where e.org_id = v_org_id and e.id = p_endpoint_id;
end
$$;
comment on function trimtab.remove_webhook_endpoint(uuid) is
  'Removes an endpoint with its secrets, receipts and counts (role admin). Its URL never works again; its events stay in the journal. Errors: TT001–TT003, TT081 no such endpoint.';
alter function trimtab.remove_webhook_endpoint(uuid) owner to trimtab_definer;
grant execute on function trimtab.remove_webhook_endpoint(uuid) to trimtab_user, trimtab_engine;
