create or replace view trimtab.v_trigger_firings with (security_invoker = true) as
select
  f.org_id,
  f.id,
  f.trigger_id,
  coalesce(t.name, f.trigger_name) as trigger_name,
  f.status,
  f.reason,
  f.event_count,
  f.event_ids,
  f.first_event_at,
  f.last_event_at,
  f.target_code as target,
  f.attempts,
  f.retry_at,
  f.result,
  f.error_code,
  f.error_message,
  f.fired_at,
  f.completed_at
from trimtab.trigger_firings f
left join trimtab.triggers t on t.org_id = f.org_id and t.id = f.trigger_id
order by f.id desc;
comment on view trimtab.v_trigger_firings is
  'What triggers set off, the latest first: success; skipped (the target had a reason); retrying; failed; suppressed: events with which a trigger did not fire, and the reason (rate_limit, own_event, chain_too_long, paused). event_ids: the first hundred of its events.';
grant select on trimtab.v_trigger_firings to trimtab_user, trimtab_engine;
