create or replace view trimtab.v_webhook_endpoints with (security_invoker = true) as
select
  e.org_id,
  e.id,
  e.name,
  e.status,
  coalesce(e.event_type, e.type_prefix || '.*') as event_type,
  array_to_string(e.type_path, '.') as type_from,
  e.rate_limit_per_minute,
  e.max_body_bytes,
  e.skew_seconds,
  t.accepted,
  t.repeated,
  t.rate_limited,
  t.too_large,
  t.malformed,
  r.refused_headers,
  r.refused_secret,
  r.refused_signature,
  r.refused_timestamp,
  r.refused_paused,
  t.last_received_at,
  r.last_refused_at,
  e.created_at
from trimtab.webhook_endpoints e
left join trimtab.webhook_traffic t on t.org_id = e.org_id and t.endpoint_id = e.id
left join lateral (
  select
    sum(w.count) filter (where w.reason = 'headers') as refused_headers,
    sum(w.count) filter (where w.reason = 'secret') as refused_secret,
    sum(w.count) filter (where w.reason = 'signature') as refused_signature,
    sum(w.count) filter (where w.reason = 'timestamp') as refused_timestamp,
    sum(w.count) filter (where w.reason = 'paused') as refused_paused,
    max(w.last_at) as last_refused_at
  from trimtab.webhook_refusals w
  where w.org_id = e.org_id and w.endpoint_id = e.id
) r on true;
comment on view trimtab.v_webhook_endpoints is
  'Endpoints for webhooks, what became of their messages (accepted, repeated, rate_limited, too_large, malformed: 200, 200, 429, 413, 400), and why others were refused with 401: headers missing or not of their form, secret (none is valid, or none can be opened), signature, timestamp, paused. While many are refused at once not each is counted. Never a secret.';
comment on column trimtab.v_webhook_endpoints.last_received_at is 'When the last message came whose signature held.';
grant select on trimtab.v_webhook_endpoints to trimtab_user, trimtab_engine;
