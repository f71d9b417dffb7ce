create or replace function trimtab.receive_webhook(
  p_endpoint_token text,
  p_headers jsonb,
  p_body bytea,
  p_as_of timestamptz default trimtab.clock()
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the HTTP server in front may read and write nothing; the message says whose it is, and its signature proves it.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  -- Whoever calls may have plans printed, in which keys and secrets would stand.
  set debug_print_plan to off
  set lock_timeout to '2s'
as $$
declare
  c_token constant text := '^[A-Za-z0-9_-]{64}$';
  c_most_bytes constant integer := 1048576;
  c_refused constant jsonb := '{"status": 401, "body": {"error": "unauthorized"}}';
  v_body bytea := coalesce(p_body, '');
  v_endpoint trimtab.webhook_endpoints;
  v_headers record;
  v_signer record;
  v_sent_at timestamptz;
  v_reason text;
begin
  if p_as_of is distinct from trimtab.clock() then
    raise exception 'messages are received now'
      using errcode = 'TT005',
            detail = format('Asked as of %s; it is %s.', p_as_of, trimtab.clock()),
            hint = 'Leave p_as_of out.';
  end if;
  -- The same limit for all, known or not, before any work; an endpoint's own one only once the signature holds.
  if octet_length(v_body) > c_most_bytes then
    return jsonb_build_object('status', 413, 'body', jsonb_build_object('error', 'too_large', 'allowed_bytes', c_most_bytes));
  end if;

  -- The first 16 bytes of the token are the organization.
  select e.* into v_endpoint
  from trimtab.webhook_endpoints e
  join trimtab.organizations o on o.org_id = e.org_id and o.archived_at is null
  where e.org_id = case when p_endpoint_token ~ c_token
      then encode(substr(decode(translate(p_endpoint_token, '-_', '+/'), 'base64'), 1, 16), 'hex')::uuid end
    and e.token_hash = sha256(convert_to(p_endpoint_token, 'UTF8'));

  -- Everything is worked out before anything is judged: all that is refused costs the same.
  v_headers := trimtab.read_webhook_headers(p_headers);
  v_sent_at := to_timestamp(v_headers.sent::bigint);
  v_signer := trimtab.find_webhook_secret(
    v_endpoint.org_id, v_endpoint.id,
    convert_to(concat(v_headers.webhook_id, '.', v_headers.sent, '.'), 'UTF8') || v_body, v_headers.signatures, p_as_of);
  v_reason := case
    when v_endpoint.id is null then 'endpoint'
    when num_nulls(v_headers.webhook_id, v_headers.sent, v_headers.signatures) > 0 then 'headers'
    when v_signer.opened = 0 then 'secret'
    when v_signer.secret_id is null then 'signature'
    when abs(extract(epoch from p_as_of - v_sent_at)) > v_endpoint.skew_seconds then 'timestamp'
    when v_endpoint.status <> 'active' then 'paused'
  end;
  if v_reason is not null then
    perform trimtab.count_refused_webhook(v_endpoint.org_id, v_endpoint.id, v_reason, p_as_of);
    return c_refused;
  end if;

  -- Whoever sits on a lock will let it go, and the sender comes again.
  begin
    return coalesce(
      trimtab.take_webhook(v_endpoint, v_headers.webhook_id, v_sent_at, v_signer.secret_id, v_body, p_as_of), c_refused);
  exception
    when lock_not_available or deadlock_detected then
      return '{"status": 503, "retry_after": 5, "body": {"error": "busy"}}';
  end;
end
$$;
comment on function trimtab.receive_webhook(text, jsonb, bytea, timestamptz) is
  'Takes a message that an HTTP server received for an endpoint: p_endpoint_token is the last part of the URL, p_headers an object of header names and values, p_body the body as it came. Returns the answer {status, body, retry_after (seconds; with 429 and 503 only)}. 200: it is an event of the journal (result accepted), or was one before (repeated). 401, always the same: unknown or paused endpoint, missing headers, no signature that holds, a time too far from the present. Only for messages whose signature held: 400 no JSON object or no type in it, 413 too large, 429 over the endpoint''s rate, 503 come again. Signatures: Standard Webhooks 1.0.0, HMAC-SHA256. For HTTP servers that log in as trimtab_engine, or as a role that was given just this. Errors: TT005.';
alter function trimtab.receive_webhook(text, jsonb, bytea, timestamptz) owner to trimtab_definer;
grant execute on function trimtab.receive_webhook(text, jsonb, bytea, timestamptz) to trimtab_engine;
