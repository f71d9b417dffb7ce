create or replace function trimtab.acknowledge_anomalies(
  p_org_id uuid,
  p_campaign_id uuid,
  p_severity text default 'low',
  p_hours numeric default null,
  p_metric text default null,
  p_as_of timestamptz default trimtab.clock(),
  p_note text default null,
  p_rule_id uuid default null
)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_count integer;
begin
  perform trimtab.lock_organization(p_org_id);
  update trimtab.anomalies a
  set status = 'acknowledged', acknowledged_at = p_as_of,
      acknowledged_by = case when p_rule_id is null then trimtab.current_user_id() end,
      acknowledged_by_rule = p_rule_id, note = nullif(btrim(p_note), '')
  where a.org_id = p_org_id
    and a.campaign_id = p_campaign_id
    and a.status = 'open'
    and trimtab.severity_rank(a.severity) <= coalesce(trimtab.severity_rank(p_severity), 4)
    and (p_hours is null or a.last_found_at > p_as_of - p_hours::double precision * interval '1 hour')
    and (p_metric is null or a.metric = (select coalesce(m.same_as, m.code) from trimtab.metrics m where m.code = p_metric));
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.acknowledge_anomalies(uuid, uuid, text, numeric, text, timestamptz, text, uuid) is
  'Acknowledges the open anomalies of a campaign that are at least as grave as p_severity, were found within the hours (null: whenever) and are of the metric (null: any); their number. Twice is a no-op. For the system''s own functions (the rules'' action acknowledge_anomaly), which answer for the organization.';
grant execute on function trimtab.acknowledge_anomalies(uuid, uuid, text, numeric, text, timestamptz, text, uuid) to trimtab_definer;
