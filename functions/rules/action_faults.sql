create or replace function trimtab.action_faults(p_org_id uuid, p_rule trimtab.automation_rules)
  returns text[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  with action as (
    select format('actions[%s]', a.place - 1) as path, a.place, a.action, a.action ->> 'type' as type
    from jsonb_array_elements(p_rule.document -> 'actions') with ordinality a (action, place)
  ), fault as (
    select a.place, 1 as part, format('%s.url: found %s, allowed: a URL that may be called. %s', a.path, a.action -> 'url', f.fault) as text
    from action a
    cross join lateral unnest(trimtab.webhook_url_faults(a.action ->> 'url', p_org_id)) f (fault)
    where a.type = 'webhook'
    union all
    select a.place, 1, format('%s.event: found %s, allowed: a dotted type of your own, such as team.budget_reviewed. %s',
      a.path, a.action -> 'event', f.fault)
    from action a
    cross join lateral (select trimtab.event_type_fault(a.action ->> 'event')) f (fault)
    where a.type = 'emit_event' and f.fault is not null
    union all
    select a.place, 2, format('%s.%s: found %s, allowed: %s.', a.path, p.name, to_jsonb(r.given),
      case when p.name = 'assignee' then 'a member''s id or e-mail address, or role:<role>'
           else 'a member''s id, an e-mail address, a #channel of Slack, or role:<role>' end)
    from action a
    cross join (values ('recipients'), ('assignee')) p (name)
    cross join lateral trimtab.resolve_recipients(p_org_id, case jsonb_typeof(a.action -> p.name)
      when 'array' then array(select jsonb_array_elements_text(a.action -> p.name))
      when 'string' then array[a.action ->> p.name] end) r
    where a.type in ('send_notification', 'create_alert', 'assign')
      and (r.kind = 'unknown' or (p.name = 'assignee' and r.kind not in ('user', 'role')))
  )
  select coalesce(array_agg(f.text order by f.place, f.part, f.text), '{}') from fault f
$$;
comment on function trimtab.action_faults(uuid, trimtab.automation_rules) is
  'What is wrong with the actions of a compiled rule for this organization, beyond their form: URLs that may not be called, events that are the system''s own, people who are no members. Path, found, allowed for each; empty when all is well.';
grant execute on function trimtab.action_faults(uuid, trimtab.automation_rules) to trimtab_definer;
