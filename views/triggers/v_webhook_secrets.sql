create or replace view trimtab.v_webhook_secrets with (security_invoker = true) as
select
  s.org_id,
  s.id,
  s.endpoint_id,
  e.name as endpoint,
  case
    when s.revoked_at is not null then 'revoked'
    when s.expires_at <= trimtab.clock() then 'expired'
    else 'valid'
  end as status,
  s.created_at,
  s.expires_at,
  s.revoked_at,
  s.last_used_at
from trimtab.webhook_secrets s
join trimtab.webhook_endpoints e on e.org_id = s.org_id and e.id = s.endpoint_id;
comment on view trimtab.v_webhook_secrets is 'Which secrets endpoints for webhooks have, and until when, for admins. Never what they are.';
grant select on trimtab.v_webhook_secrets to trimtab_user, trimtab_engine;
