create or replace function trimtab.suspicious_patterns(
  p_org_id uuid,
  p_since timestamptz,
  p_as_of timestamptz default trimtab.clock()
)
  returns table (pattern text, key text, severity text, title text, message text, evidence jsonb)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
-- Names of columns mean the columns, not the results of the same name.
#variable_conflict use_column
declare
  v_limits jsonb := (select s.value from trimtab.settings s where s.name = 'suspicious_patterns');
  v_within interval := (v_limits ->> 'within_minutes')::integer * interval '1 minute';
  v_organization trimtab.organizations;
begin
  select o.* into v_organization from trimtab.organizations o where o.org_id = p_org_id;
  return query
  with entry as materialized (
    select a.id, a.occurred_at, a.user_id, a.login, a.action, a.entity_type, a.entity_id, a.rule_id, a.old_values, a.new_values
    from trimtab.audit_log a
    where a.org_id = p_org_id
      and a.occurred_at > p_since - v_within
      and a.occurred_at <= p_as_of
      and a.entity_type in ('rule', 'campaign', 'campaign_group', 'guardrails', 'spend_cap', 'membership', 'login_organization')
  ), edit as (
    -- What people changed by hand; to import or to adopt much that is new is no edit, and what rules did to campaigns is a
    -- matter of the bursts below.
    select e.occurred_at, e.user_id, e.login
    from entry e
    where e.entity_type in ('rule', 'campaign', 'campaign_group') and e.action not like '%.created' and e.rule_id is null
      -- A deploy that compiles rules anew changes nothing that they say.
      and (e.action <> 'rule.updated' or e.new_values ? 'version')
  ), counted_edit as (
    select e.*, count(*) over (
      partition by e.user_id, e.login order by e.occurred_at range between v_within preceding and current row) as n
    from edit e
    where e.user_id is distinct from v_organization.system_user_id
  ), action as (
    select c.created_at,
           count(*) over (order by c.created_at range between v_within preceding and current row) as n
    from trimtab.campaign_changes c
    where c.org_id = p_org_id and c.is_automated and c.status in ('executed', 'rolled_back', 'pending')
      and c.created_at > p_since - v_within and c.created_at <= p_as_of
  ), loosened as (
    -- Bounds that let automation do more than before: higher ones, and those of caution when they are lower.
    select e.id, e.occurred_at, e.user_id, e.login, 'guardrails' as what,
           jsonb_object_agg(n.key, jsonb_build_array(e.old_values -> n.key, n.value)) as bounds
    from entry e
    cross join lateral jsonb_each(e.new_values) n
    where e.action = 'guardrails.updated'
      and jsonb_typeof(n.value) = 'number' and jsonb_typeof(e.old_values -> n.key) = 'number'
      and case
        when n.key in ('cool_off_hours', 'budget_cooldown_hours', 'reversal_hours', 'min_confidence_percent')
          then (n.value #>> '{}')::numeric < (e.old_values ->> n.key)::numeric
        else (n.value #>> '{}')::numeric > (e.old_values ->> n.key)::numeric
      end
    group by e.id, e.occurred_at, e.user_id, e.login
    union all
    select e.id, e.occurred_at, e.user_id, e.login, 'a spend cap',
           jsonb_build_object('amount', jsonb_build_array(e.old_values -> 'amount', e.new_values -> 'amount'))
    from entry e
    where e.action = 'spend_cap.deleted'
       or (e.action = 'spend_cap.updated' and (e.new_values ->> 'amount')::numeric > (e.old_values ->> 'amount')::numeric)
    union all
    select e.id, e.occurred_at, e.user_id, e.login, 'a rule''s bounds', jsonb_build_object('rule_id', e.entity_id) || c.bounds
    from entry e
    cross join lateral (
      -- A type of action stands in a rule once where it has a ceiling.
      select jsonb_object_agg(b.key, jsonb_build_array(b.before, b.after)) as bounds
      from (
        select concat_ws(' of ', n.name, a.action ->> 'type'), o.action -> n.name, a.action -> n.name
        from jsonb_array_elements(e.old_values #> '{document,actions}') o (action)
        join jsonb_array_elements(e.new_values #> '{document,actions}') a (action) on a.action ->> 'type' = o.action ->> 'type'
        cross join unnest(array['ceiling', 'max_step_percent']) n (name)
        union all
        select n.name, e.old_values -> 'document' -> n.name, e.new_values -> 'document' -> n.name
        from unnest(array['max_executions_per_day']) n (name)
      ) b (key, before, after)
      where jsonb_typeof(b.before) = 'number'
        and (jsonb_typeof(b.after) = 'number' and (b.after #>> '{}')::numeric <= (b.before #>> '{}')::numeric) is not true
    ) c
    where e.action = 'rule.updated'
      and e.new_values ? 'document'
      and c.bounds is not null
  )
  select 'mass_edits', format('mass_edits:%s:%s:%s', m.login, m.user_id, m.day), 'high', format('Many changes by %s', m.login),
         format('%s changes of rules and campaigns by %s within %s minutes, the last at %s.', m.n, m.login,
           v_limits ->> 'within_minutes', m.last_at),
         jsonb_build_object('login', m.login, 'user_id', m.user_id, 'changes', m.n, 'last_at', m.last_at)
  from (
    select e.login, e.user_id, (e.occurred_at at time zone v_organization.time_zone)::date as day, max(e.n) as n, max(e.occurred_at) as last_at
    from counted_edit e
    where e.n >= (v_limits ->> 'edits')::integer and e.occurred_at > p_since
    group by 1, 2, 3
  ) m
  union all
  select 'burst_of_actions', format('burst_of_actions:%s', b.day), 'high', 'Many automatic actions at once',
         format('%s automatic actions within %s minutes, the last at %s.', b.n, v_limits ->> 'within_minutes', b.last_at),
         jsonb_build_object('actions', b.n, 'last_at', b.last_at)
  from (
    select (a.created_at at time zone v_organization.time_zone)::date as day, max(a.n) as n, max(a.created_at) as last_at
    from action a
    where a.n >= (v_limits ->> 'actions')::integer and a.created_at > p_since
    group by 1
  ) b
  union all
  select 'raised_caps', format('raised_caps:%s', l.id), 'medium', format('Bounds were loosened by %s', l.login),
         format('%s loosened %s at %s: %s.', l.login, l.what, l.occurred_at, (
           select string_agg(format('%s %s → %s', b.key, b.value -> 0, coalesce(nullif(b.value -> 1, 'null')::text, 'none')), ', ' order by b.key)
           from jsonb_each(l.bounds) b
           where jsonb_typeof(b.value) = 'array')),
         jsonb_build_object('login', l.login, 'user_id', l.user_id, 'audit_id', l.id, 'bounds', l.bounds)
  from loosened l
  where l.occurred_at > p_since
  union all
  select 'new_login', format('new_login:%s', e.id), 'low', format('A new login: %s', e.new_values ->> 'login'),
         format('The login %s was bound to the organization at %s by %s.', e.new_values ->> 'login', e.occurred_at, e.login),
         jsonb_build_object('login', e.new_values ->> 'login', 'by', e.login, 'audit_id', e.id)
  from entry e
  where e.action = 'login_organization.created' and e.occurred_at > p_since
  union all
  select 'new_admin', format('new_admin:%s', e.id), 'medium', format('A new %s', e.new_values ->> 'role'),
         format('Somebody was made %s at %s by %s.', e.new_values ->> 'role', e.occurred_at, e.login),
         jsonb_build_object('user_id', e.entity_id, 'role', e.new_values ->> 'role', 'by', e.login, 'audit_id', e.id)
  from entry e
  where e.action in ('membership.created', 'membership.updated') and e.new_values ->> 'role' in ('admin', 'owner')
    and e.occurred_at > p_since;
end
$$;
comment on function trimtab.suspicious_patterns(uuid, timestamptz, timestamptz) is
  'What in the audit log and the ledger after p_since should make an admin look, by the setting suspicious_patterns {within_minutes, edits, actions}: mass_edits (one login changed so many rules and campaigns within the minutes), burst_of_actions (so many automatic actions), raised_caps (guardrails, spend caps, or a rule''s ceilings, steps or daily limit loosened), new_login, new_admin. key: the same for the same finding, so that it is told once; those that grow have one key a login and day.';
grant execute on function trimtab.suspicious_patterns(uuid, timestamptz, timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
