create or replace function trimtab.create_webhook_endpoint(
  p_name text,
  p_event_type text default null,
  p_type_path text[] default null,
  p_type_prefix text default null,
  p_rate_limit_per_minute integer default 600,
  p_max_body_bytes integer default 65536,
  p_skew_seconds integer default 300,
  p_secret text default null,
  out endpoint_id uuid,
  out token text,
  out secret text
)
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody may write endpoints, nor see what the secret is sealed to.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  -- Whoever calls may have plans printed, in which keys and secrets would stand.
  set debug_print_plan to off
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
  v_endpoint trimtab.webhook_endpoints;
  v_faults text[];
begin
  -- 64 characters that a URL takes as they are: the organization (16 bytes), and 32 bytes that nobody can guess.
  token := translate(encode(uuid_send(v_org_id) || trimtab.random_bytes(32), 'base64'), E'+/\n', '-_');
  v_endpoint := row(
    v_org_id, gen_random_uuid(), btrim(p_name), sha256(convert_to(token, 'UTF8')), 'active', p_event_type, p_type_path, p_type_prefix,
    p_rate_limit_per_minute, p_max_body_bytes, p_skew_seconds, trimtab.clock());
  v_faults := trimtab.webhook_endpoint_faults(v_endpoint);
  if v_faults = '{}' then
    insert into trimtab.webhook_endpoints select v_endpoint.* on conflict (org_id, name) do nothing;
    if not found then
      v_faults := array[format('p_name: found %L, which is taken.', v_endpoint.name)];
    end if;
  end if;
  if v_faults <> '{}' then
    raise exception 'the webhook endpoint is not valid (faults: %)', cardinality(v_faults)
      using errcode = 'TT080',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'select * from trimtab.create_webhook_endpoint(''shop'', ''purchase.made''), or with p_type_path => ''{type}'', p_type_prefix => ''shop''.';
  end if;
  insert into trimtab.webhook_traffic (org_id, endpoint_id, left_in_minute, counted_at)
  values (v_org_id, v_endpoint.id, p_rate_limit_per_minute, trimtab.clock());
  insert into trimtab.webhook_refusals (org_id, endpoint_id, reason)
  select v_org_id, v_endpoint.id, r.reason
  from unnest(array['headers', 'secret', 'signature', 'timestamp', 'paused']) r (reason);
  endpoint_id := v_endpoint.id;
  secret := (trimtab.store_webhook_secret(v_org_id, v_endpoint.id, p_secret)).made;
end
$$;
comment on function trimtab.create_webhook_endpoint(text, text, text[], text, integer, integer, integer, text) is
  'Makes an endpoint to which another system reports what happened (role admin); its messages become events of p_event_type, or of p_type_prefix.<what stands at p_type_path of the message>. Returns its id, the token that is the last part of its URL, and the secret with which messages are signed (null when p_secret was given): both are shown this once. p_rate_limit_per_minute: 1 to 60000; p_max_body_bytes: to 1048576; p_skew_seconds: how far a message''s time may be from the present. Errors: TT001–TT003, TT080 not valid (every fault), TT082 p_secret has not the form of one.';
alter function trimtab.create_webhook_endpoint(text, text, text[], text, integer, integer, integer, text) owner to trimtab_definer;
grant execute on function trimtab.create_webhook_endpoint(text, text, text[], text, integer, integer, integer, text) to trimtab_user, trimtab_engine;
create or replace trigger audit after insert or update or delete on trimtab.webhook_endpoints
  for each row execute function trimtab.write_audit('webhook_endpoint', 'id', 'token_hash');
create or replace trigger audit after insert or update of expires_at, revoked_at or delete on trimtab.webhook_secrets
  for each row execute function trimtab.write_audit('webhook_secret', 'id', 'sealed,last_used_at');
