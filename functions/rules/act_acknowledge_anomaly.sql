create or replace function trimtab.act_acknowledge_anomaly(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return jsonb_build_object('acknowledged', trimtab.acknowledge_anomalies(
    p_org_id => p_org_id,
    p_campaign_id => (p_context ->> 'campaign_id')::uuid,
    p_severity => coalesce(p_action ->> 'severity', 'low'),
    p_hours => (p_action ->> 'hours')::numeric,
    p_metric => p_action ->> 'metric',
    p_as_of => coalesce((p_context ->> 'as_of')::timestamptz, trimtab.clock()),
    p_note => p_context ->> 'reason',
    p_rule_id => (p_context ->> 'rule_id')::uuid));
end
$$;
comment on function trimtab.act_acknowledge_anomaly(uuid, jsonb, jsonb) is
  'Handler of the action acknowledge_anomaly {severity, hours, metric}: acknowledges the open anomalies of the campaign that are at least as grave, were found within the hours and are of the metric (see acknowledge_anomalies()); {acknowledged: how many}. None is no failure.';
grant execute on function trimtab.act_acknowledge_anomaly(uuid, jsonb, jsonb) to trimtab_definer;
