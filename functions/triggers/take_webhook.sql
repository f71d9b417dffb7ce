create or replace function trimtab.take_webhook(
  p_endpoint trimtab.webhook_endpoints,
  p_webhook_id text,
  p_sent_at timestamptz,
  p_secret_id uuid,
  p_body bytea,
  p_as_of timestamptz
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  -- A number of ten characters could fill a page when it is written out: none is beyond what other systems read.
  c_numbers constant jsonpath := 'strict $.** ? (@.type() == "number" && (@ > 1e308 || @ < -1e308 || (@ > -1e-308 && @ < 1e-308 && @ != 0)))';
  v_traffic trimtab.webhook_traffic;
  v_rate numeric := p_endpoint.rate_limit_per_minute;
  v_left numeric;
  v_document jsonb;
  v_type text;
  v_fault text;
  v_event_id bigint;
  v_outcome text;
begin
  -- The lock first: of two messages with one id the second one sees what became of the first.
  select t.* into v_traffic
  from trimtab.webhook_traffic t
  where t.org_id = p_endpoint.org_id and t.endpoint_id = p_endpoint.id
  for no key update;
  if not found then
    return null;
  end if;
  v_left := least(v_rate, v_traffic.left_in_minute
    + greatest(0, extract(epoch from p_as_of - v_traffic.counted_at)) * v_rate / 60);

  if exists (
    select
    from trimtab.webhook_receipts r
    where r.org_id = p_endpoint.org_id and r.endpoint_id = p_endpoint.id and r.webhook_id = p_webhook_id
  ) then
    v_outcome := 'repeated';
  elsif v_left < 1 then
    v_outcome := 'rate_limited';
  elsif octet_length(p_body) > p_endpoint.max_body_bytes then
    v_outcome := 'too_large';
  else
    begin
      v_document := convert_from(p_body, 'UTF8')::jsonb;
      v_fault := case
        when jsonb_typeof(v_document) <> 'object' then 'the body is no JSON object'
        when v_document @? 'strict $.**{65}' then 'the body has more than 64 levels'
        when v_document @? c_numbers then 'a number is beyond 1e308, or closer to zero than 1e-308'
      end;
    exception
      when data_exception or program_limit_exceeded then
        v_fault := 'the body is no JSON object';
    end;
    if v_fault is null then
      v_type := trimtab.webhook_event_type(p_endpoint, v_document);
      v_fault := case when v_type is null
        then format('no text at %s', array_to_string(p_endpoint.type_path, '.'))
        else left(trimtab.event_type_fault(v_type), 300) end;
    end if;
    if v_fault is null then
      select left((trimtab.schema_faults(t.payload_schema, v_document, 'body'))[1], 300) into v_fault
      from trimtab.event_types t
      where t.type = v_type;
    end if;
    if v_fault is not null then
      v_outcome := 'malformed';
    else
      v_event_id := trimtab.emit_event(
        p_endpoint.org_id, v_type, v_document, null, null, 'webhook:' || p_endpoint.name,
        'webhook:' || p_endpoint.id || ':' || p_webhook_id, least(p_sent_at, p_as_of));
      -- Also when its receipt is no longer kept: the journal's key is kept as long as the event.
      v_outcome := case when v_event_id is null then 'repeated' else 'accepted' end;
    end if;
  end if;

  if v_outcome = 'accepted' then
    insert into trimtab.webhook_receipts (org_id, endpoint_id, webhook_id, received_at, sent_at, secret_id, event_id)
    values (p_endpoint.org_id, p_endpoint.id, p_webhook_id, p_as_of, p_sent_at, p_secret_id, v_event_id);
  end if;
  update trimtab.webhook_traffic t
  set accepted = t.accepted + (v_outcome = 'accepted')::integer,
      repeated = t.repeated + (v_outcome = 'repeated')::integer,
      rate_limited = t.rate_limited + (v_outcome = 'rate_limited')::integer,
      too_large = t.too_large + (v_outcome = 'too_large')::integer,
      malformed = t.malformed + (v_outcome = 'malformed')::integer,
      last_received_at = greatest(t.last_received_at, p_as_of),
      left_in_minute = v_left - (v_outcome in ('accepted', 'too_large', 'malformed'))::integer,
      counted_at = greatest(t.counted_at, p_as_of)
  where t.org_id = p_endpoint.org_id and t.endpoint_id = p_endpoint.id;
  -- Somebody who changes it just now keeps no message waiting.
  update trimtab.webhook_secrets s
  set last_used_at = p_as_of
  where s.org_id = p_endpoint.org_id and s.id = (
    select f.id
    from trimtab.webhook_secrets f
    where f.org_id = p_endpoint.org_id and f.id = p_secret_id
      and coalesce(f.last_used_at, '-infinity') < p_as_of - interval '1 minute'
    for no key update skip locked);

  return case v_outcome
    when 'accepted' then '{"status": 200, "body": {"result": "accepted"}}'
    when 'repeated' then '{"status": 200, "body": {"result": "repeated"}}'
    when 'too_large' then jsonb_build_object('status', 413, 'body', jsonb_build_object(
      'error', 'too_large', 'allowed_bytes', p_endpoint.max_body_bytes))
    when 'malformed' then jsonb_build_object('status', 400, 'body', jsonb_build_object('error', 'malformed', 'fault', v_fault))
    else jsonb_build_object(
      'status', 429, 'retry_after', ceil((1 - v_left) * 60 / v_rate)::integer, 'body', jsonb_build_object('error', 'rate_limited'))
  end;
end
$$;
comment on function trimtab.take_webhook(trimtab.webhook_endpoints, text, timestamptz, uuid, bytea, timestamptz) is
  'Makes a message whose signature held an event of the journal, and counts it: the answer {status, retry_after, body} for its sender; null when its endpoint was just removed. Locks the endpoint''s row of webhook_traffic. For receive_webhook().';
grant execute on function trimtab.take_webhook(trimtab.webhook_endpoints, text, timestamptz, uuid, bytea, timestamptz) to trimtab_definer;
