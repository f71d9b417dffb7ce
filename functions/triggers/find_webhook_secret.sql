create or replace function trimtab.find_webhook_secret(
  p_org_id uuid,
  p_endpoint_id uuid,
  p_signed bytea,
  p_signatures text[],
  p_as_of timestamptz,
  out secret_id uuid,
  out opened integer
)
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  -- What is compared is blinded by a key that nobody knows: how far two values agree cannot be timed.
  v_blind bytea := trimtab.random_bytes(32);
  v_secret record;
  v_key bytea;
  v_expected bytea;
  v_matches boolean;
begin
  opened := 0;
  for v_secret in
    with live as (
      select s.id, s.sealed, s.created_at
      from trimtab.webhook_secrets s
      where s.org_id = p_org_id and s.endpoint_id = p_endpoint_id
        and s.revoked_at is null and coalesce(s.expires_at, 'infinity') > p_as_of
    )
    select l.id, l.sealed, l.created_at from live l
    union all
    -- Without a secret, or without an endpoint, the same is done with one that nobody has.
    select null, null, null where not exists (select from live)
    order by created_at desc
  loop
    -- The block isolates a secret that cannot be opened from the others.
    begin
      v_key := trimtab.webhook_key(trimtab.unseal(v_secret.sealed));
    exception
      when sqlstate 'TT082' then
        v_key := null;
    end;
    opened := opened + (v_key is not null)::integer;
    v_expected := trimtab.hmac_sha256(
      v_blind, convert_to(encode(trimtab.hmac_sha256(coalesce(v_key, v_blind), p_signed), 'base64'), 'UTF8'));
    select bool_or(v_expected = trimtab.hmac_sha256(v_blind, convert_to(g.signature, 'UTF8'))) into v_matches
    from unnest(coalesce(p_signatures, '{""}')) g (signature);
    if v_matches and v_key is not null then
      secret_id := v_secret.id;
    end if;
  end loop;
end
$$;
comment on function trimtab.find_webhook_secret(uuid, uuid, bytea, text[], timestamptz) is
  'With which of an endpoint''s secrets p_signed was signed (null: none), and how many of them could be opened. Every secret is tried with every signature, and without an endpoint one that nobody has, so that the time taken tells nothing. For the system''s own functions.';
grant execute on function trimtab.find_webhook_secret(uuid, uuid, bytea, text[], timestamptz) to trimtab_definer;
