create or replace function trimtab.store_webhook_secret(
  p_org_id uuid,
  p_endpoint_id uuid,
  p_secret text,
  out secret_id uuid,
  out made text
)
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  if p_secret is null then
    made := 'whsec_' || encode(trimtab.random_bytes(32), 'base64');
  elsif trimtab.webhook_key(p_secret) is null then
    raise exception 'this is no secret for webhooks'
      using errcode = 'TT082',
            detail = format('Found %s characters.', length(p_secret)),
            hint = 'whsec_ and 24 to 64 bytes in base64, as the sender shows it; or leave it out, and one is made.';
  end if;
  insert into trimtab.webhook_secrets (org_id, endpoint_id, sealed, created_at)
  values (p_org_id, p_endpoint_id, trimtab.seal(coalesce(made, p_secret)), trimtab.clock())
  returning id into secret_id;
end
$$;
comment on function trimtab.store_webhook_secret(uuid, uuid, text) is
  'Stores a secret of an endpoint, sealed, or makes one (p_secret null) and returns it. Errors: TT082, which never repeats what was given. For the system''s own functions.';
grant execute on function trimtab.store_webhook_secret(uuid, uuid, text) to trimtab_definer;
