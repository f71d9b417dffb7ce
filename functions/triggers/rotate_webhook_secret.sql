create or replace function trimtab.rotate_webhook_secret(
  p_endpoint_id uuid,
  p_keep_old interval default '24 hours',
  p_secret text default null,
  out secret_id uuid,
  out secret text
)
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody may write secrets.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  -- Whoever calls may have plans printed, in which keys and secrets would stand.
  set debug_print_plan to off
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
  v_now timestamptz := trimtab.clock();
  v_stored record;
begin
  perform trimtab.find_webhook_endpoint(v_org_id, p_endpoint_id);
  if p_keep_old between interval '0' and interval '30 days' is not true then
    raise exception 'the old secrets cannot be kept so long'
      using errcode = 'TT080',
            detail = format('p_keep_old: found %s, allowed 0 to 30 days.', coalesce(p_keep_old::text, 'null')),
            hint = 'As long as the sender needs to take the new one.';
  end if;
  update trimtab.webhook_secrets s
  set expires_at = v_now + p_keep_old
  where s.org_id = v_org_id and s.endpoint_id = p_endpoint_id and s.revoked_at is null
    and coalesce(s.expires_at, 'infinity') > v_now + p_keep_old;
  v_stored := trimtab.store_webhook_secret(v_org_id, p_endpoint_id, p_secret);
  secret_id := v_stored.secret_id;
  secret := v_stored.made;
  -- Each of them is tried with each message.
  if (
    select count(*)
    from trimtab.webhook_secrets s
    where s.org_id = v_org_id and s.endpoint_id = p_endpoint_id and s.revoked_at is null and coalesce(s.expires_at, 'infinity') > v_now
  ) > 4 then
    raise exception 'an endpoint has at most four secrets at once'
      using errcode = 'TT080',
            detail = 'Four are valid already, each until it expires.',
            hint = 'Revoke one: select id, created_at, expires_at from trimtab.v_webhook_secrets.';
  end if;
  -- What can never be used again is forgotten; the audit log keeps that it was there.
  delete from trimtab.webhook_secrets s
  where s.org_id = v_org_id and s.endpoint_id = p_endpoint_id
    and least(s.revoked_at, s.expires_at) < v_now - interval '90 days';
end
$$;
comment on function trimtab.rotate_webhook_secret(uuid, interval, text) is
  'Gives an endpoint a new secret (role admin): the one that the sender shows, or one that is made and returned this once. The ones before are valid for p_keep_old longer (0 to 30 days). Errors: TT001–TT003, TT080 not allowed or more than four at once, TT081 no such endpoint, TT082 p_secret has not the form of one.';
alter function trimtab.rotate_webhook_secret(uuid, interval, text) owner to trimtab_definer;
grant execute on function trimtab.rotate_webhook_secret(uuid, interval, text) to trimtab_user, trimtab_engine;
