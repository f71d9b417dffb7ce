create or replace function trimtab.autonomous_action(p_document jsonb)
  returns jsonb
  language sql
  immutable
  parallel safe
  set search_path to pg_catalog, pg_temp
as $$
  select case
    when jsonb_array_length(a.actions) > 2 or not a.is_notice then a.actions
    when a.first = '{"type": "pause_campaign"}' then '{"type": "auto_pause"}' || a.notice
    when a.first ->> 'type' = 'adjust_budget' and a.first ->> 'change' = 'percent' and (a.first ->> 'value')::numeric > 0
      and a.first - array['type', 'change', 'value', 'ceiling'] = '{}'
    then jsonb_build_object('type', 'auto_scale_up', 'multiplier', trim_scale(1 + (a.first ->> 'value')::numeric / 100))
      || case when a.first ? 'ceiling' then jsonb_build_object('max_budget', a.first -> 'ceiling') else '{}' end
      || a.notice
    else a.actions
  end
  from (
    select
      d.actions,
      d.actions -> 0,
      coalesce(d.actions -> 1, n.notice) = n.notice,
      case when d.actions -> 1 is null then '{}' else '{"notify_admin": true}' end::jsonb
    from (select p_document -> 'actions') d (actions)
    cross join (values ('{"type": "send_notification", "channel": "in_app", "recipients": ["role:admin"]}'::jsonb)) n (notice)
  ) a (actions, first, is_notice, notice)
$$;
comment on function trimtab.autonomous_action(jsonb) is
  'The actions of a rule''s canonical document as autonomous_rules shows them: {type: auto_pause, notify_admin} or {type: auto_scale_up, multiplier, max_budget, notify_admin} where they come to that, else the list as it is.';
grant execute on function trimtab.autonomous_action(jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
