create or replace function trimtab.create_alert(
  p_org_id uuid,
  p_title text,
  p_message text default null,
  p_severity text default 'medium',
  p_source text default 'rule',
  p_campaign_id uuid default null,
  p_rule_id uuid default null,
  p_rule_name text default null,
  p_assignee text default null,
  p_evidence jsonb default '{}',
  p_dedupe_key text default null,
  p_execution_id uuid default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_severities constant text[] := array['low', 'medium', 'high', 'critical'];
  v_now timestamptz := trimtab.clock();
  v_key text := coalesce(p_dedupe_key, gen_random_uuid()::text);
  v_assignee record;
  v_id uuid;
begin
  if p_title is null or btrim(p_title) = '' or p_severity is null or p_severity <> all (c_severities) then
    raise exception 'this is no alert'
      using errcode = 'TT064',
            detail = format('title %L, severity %L.', p_title, p_severity),
            hint = 'An alert has a title, and a severity of low, medium, high or critical.';
  end if;
  select * into v_assignee from trimtab.find_assignee(p_org_id, p_assignee);
  -- Two that raise it at once: the second one finds the first one's key.
  perform trimtab.lock_organization(p_org_id);
  select o.alert_id into v_id
  from trimtab.alert_occurrences o
  where o.org_id = p_org_id and o.dedupe_key = v_key;
  if found then
    return v_id;
  end if;

  insert into trimtab.alerts (
    org_id, severity, title, message, source, campaign_id, rule_id, rule_name, assignee_id, assignee_role, evidence,
    first_raised_at, last_raised_at)
  values (
    p_org_id, p_severity, btrim(p_title), p_message, p_source, p_campaign_id, p_rule_id, p_rule_name,
    v_assignee.user_id, v_assignee.role, coalesce(p_evidence, '{}'), v_now, v_now)
  on conflict (org_id, source, rule_id, campaign_id, title) where status <> 'resolved' do update
  set raised_count = alerts.raised_count + 1,
      last_raised_at = excluded.last_raised_at,
      message = excluded.message,
      evidence = excluded.evidence,
      rule_name = excluded.rule_name,
      severity = c_severities[greatest(array_position(c_severities, alerts.severity), array_position(c_severities, excluded.severity))],
      -- What got worse since somebody looked at it is open again.
      status = case when array_position(c_severities, excluded.severity) > array_position(c_severities, alerts.severity)
                    then 'open' else alerts.status end,
      assignee_id = case when num_nonnulls(alerts.assignee_id, alerts.assignee_role) > 0 then alerts.assignee_id else excluded.assignee_id end,
      assignee_role = case when num_nonnulls(alerts.assignee_id, alerts.assignee_role) > 0 then alerts.assignee_role else excluded.assignee_role end
  returning id into v_id;

  insert into trimtab.alert_occurrences (org_id, dedupe_key, alert_id, severity, message, execution_id, raised_at)
  values (p_org_id, v_key, v_id, p_severity, p_message, p_execution_id, v_now);
  return v_id;
end
$$;
comment on function trimtab.create_alert(uuid, text, text, text, text, uuid, uuid, text, text, jsonb, text, uuid) is
  'Raises an alert and returns its id. While one of the same source, rule, campaign and title is not resolved, it is counted there; with a higher severity than before it is open again. p_dedupe_key: what was raised under this key is not raised or counted again, even after it was resolved. p_assignee: a member''s id or address, or role:<role>; kept only where nobody is assigned yet. Takes the organization''s lock. Errors: TT062 unknown assignee, TT064 no title or an unknown severity. For the system''s own functions.';
grant execute on function trimtab.create_alert(uuid, text, text, text, text, uuid, uuid, text, text, jsonb, text, uuid) to trimtab_definer;
