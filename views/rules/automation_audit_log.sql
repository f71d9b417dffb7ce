create or replace view trimtab.automation_audit_log with (security_invoker = true) as
select
  d.audit_id,
  k.org_id,
  k.rule_id,
  k.execution_id,
  d.user_id,
  d.action,
  d.entity_type,
  d.entity_id,
  d.changes,
  d.metadata,
  d.ip_address,
  k.created_at
from (
  -- Where there is something to tell, from indexes alone and in the order of time, so that the newest rows can be told
  -- without looking at the others.
  (
    select a.org_id, a.entity_id as rule_id, a.id as audit_log_id, null::uuid as execution_id, a.occurred_at as created_at
    from trimtab.audit_log a
    where a.org_id = (select trimtab.current_org_for('manager'))
      and a.entity_type = 'rule'
    order by a.occurred_at desc
  )
  union all
  (
    select e.org_id, e.rule_id, null, e.id, e.executed_at
    from trimtab.automation_executions e
    where e.org_id = (select trimtab.current_org_for('manager'))
    order by e.executed_at desc
  )
) k
cross join lateral (
  select
    md5('audit ' || a.org_id || ' ' || a.id)::uuid as audit_id,
    a.user_id,
    case
      when a.action = 'rule.created' then 'rule_created'
      when a.action = 'rule.deleted' or a.new_values ->> 'status' = 'archived' then 'rule_deleted'
      else 'rule_updated'
    end as action,
    a.entity_type,
    a.entity_id,
    jsonb_build_object('before', a.old_values, 'after', a.new_values) as changes,
    jsonb_build_object('login', a.login, 'audit_log_id', a.id) as metadata,
    (select host(n.client_address) from trimtab.client_addresses n where n.org_id = a.org_id and n.audit_id = a.id) as ip_address
  from trimtab.audit_log a
  where a.org_id = k.org_id
    and a.id = k.audit_log_id
  union all
  select
    e.id,
    e.user_id,
    'rule_executed',
    e.entity_type,
    e.campaign_id,
    e.results,
    jsonb_strip_nulls(jsonb_build_object(
      'login', e.login, 'mode', e.mode, 'status', e.status, 'rule_version', e.rule_version, 'trigger', e.trigger_source,
      'run_id', e.run_id, 'event_id', e.event_id, 'confidence_score', e.confidence_score, 'duration_ms', e.duration_ms,
      'error_code', e.error_code, 'error_message', e.error_message)),
    null
  from trimtab.automation_executions e
  where e.org_id = k.org_id
    and e.id = k.execution_id
  union all
  select
    md5(e.id || ' ' || t.number)::uuid,
    e.user_id,
    'action_taken',
    case when t.campaign_id is null then e.entity_type else 'campaign' end,
    t.campaign_id,
    coalesce(
      (
        select jsonb_build_object('before', l.previous_state, 'after', l.new_state)
        from trimtab.campaign_changes l
        where l.org_id = e.org_id and l.id = (t.value ->> 'change_id')::uuid
      ),
      t.value -> 'result'),
    jsonb_build_object('login', e.login, 'rule_version', e.rule_version) || t.value - 'result',
    null
  from trimtab.automation_executions e
  cross join lateral (
    select a.value, a.number, coalesce((a.value ->> 'campaign_id')::uuid, e.campaign_id) as campaign_id
    from jsonb_array_elements(e.actions_executed) with ordinality a (value, number)
  ) t
  where e.org_id = k.org_id
    and e.id = k.execution_id
    and e.mode = 'active'
    and t.value ->> 'status' in ('success', 'failure')
) d;
comment on view trimtab.automation_audit_log is
  'What became of the organization''s rules and what they did, under the seeds'' columns: rule_created, rule_updated, rule_deleted (archived) out of audit_log, rule_executed and action_taken (tried, whether it succeeded: metadata) out of automation_executions. changes: {before, after} of a rule or of the campaign, else the result. For managers and above, as the audit log itself; others see nothing. `order by created_at desc limit n` reads the newest rows only.';
comment on column trimtab.automation_audit_log.audit_id is 'Made from the row that it tells of, and so always the same.';
comment on column trimtab.automation_audit_log.ip_address is
  'Network address from which a person changed the rule: that of a pooler or application server, where one stands between; null over a local socket, for what rules did, and once the person was erased.';
grant select on trimtab.automation_audit_log to trimtab_user, trimtab_engine;
