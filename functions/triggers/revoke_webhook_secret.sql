create or replace function trimtab.revoke_webhook_secret(p_secret_id uuid)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody may write secrets.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
  v_now timestamptz := trimtab.clock();
  v_endpoint_id uuid;
begin
  update trimtab.webhook_secrets s
  set revoked_at = coalesce(s.revoked_at, v_now)
  where s.org_id = v_org_id and s.id = p_secret_id
  returning s.endpoint_id into v_endpoint_id;
  if not found then
    raise exception 'there is no such webhook secret'
      using errcode = 'TT081',
            detail = format('Id %s.', coalesce(p_secret_id::text, 'null')),
            hint = 'select id, endpoint, created_at from trimtab.v_webhook_secrets.';
  end if;
  return (
    select count(*)
    from trimtab.webhook_secrets s
    where s.org_id = v_org_id and s.endpoint_id = v_endpoint_id and s.revoked_at is null and coalesce(s.expires_at, 'infinity') > v_now);
end
$$;
comment on function trimtab.revoke_webhook_secret(uuid) is
  'Ends a secret at once (role admin), for one that became known; twice is the same as once. Returns how many its endpoint has left: with none it refuses everything. Errors: TT001–TT003, TT081 no such secret.';
alter function trimtab.revoke_webhook_secret(uuid) owner to trimtab_definer;
grant execute on function trimtab.revoke_webhook_secret(uuid) to trimtab_user, trimtab_engine;
