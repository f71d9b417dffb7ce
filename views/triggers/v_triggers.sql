create or replace view trimtab.v_triggers with (security_invoker = true) as
select
  t.org_id,
  t.id,
  t.name,
  t.description,
  t.status,
  t.source,
  t.event_type,
  case t.test
    when 'threshold' then concat_ws(' ', t.metric, t.metric_window, t.operator, t.level)
    when 'change' then concat_ws(' ', t.metric, t.metric_window, case t.direction when 'either' then 'changes' when 'up' then 'rises' else 'falls' end,
      'by', t.change_amount::text || case when t.is_percent then ' %' else '' end)
    when 'milestone' then concat_ws(' ', t.metric, t.metric_window, case when t.milestone_every is not null then 'each ' || t.milestone_every
      else 'reaches ' || array_to_string(t.milestone_levels, ', ') end)
    else concat_ws(' where ', t.event_type, t.condition::text)
  end as listens_to,
  t.target_code as target,
  t.fired_count,
  t.failed_count,
  t.suppressed_count,
  (select count(*) from trimtab.trigger_matches m where m.org_id = t.org_id and m.trigger_id = t.id) as waiting_count,
  t.last_fired_at,
  t.last_error,
  t.last_error_at,
  t.document,
  t.created_at,
  t.updated_at
from trimtab.triggers t
order by t.name;
comment on view trimtab.v_triggers is
  'Triggers: what they listen to, what they start, how often they fired, failed, or were kept from firing, and how many events wait for them. save_trigger(), set_trigger_status() and remove_trigger() change them.';
grant select on trimtab.v_triggers to trimtab_user, trimtab_engine;
