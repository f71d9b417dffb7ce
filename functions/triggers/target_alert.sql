create or replace function trimtab.target_alert(p_org_id uuid, p_target jsonb, p_events jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_campaigns uuid[] := trimtab.campaigns_of_events(p_org_id, p_events);
  v_id uuid;
begin
  v_id := trimtab.create_alert(
    p_org_id => p_org_id,
    p_title => coalesce(p_target ->> 'title', p_context ->> 'trigger'),
    p_message => concat_ws(E'\n', p_target ->> 'message', trimtab.events_text(p_events, (p_context ->> 'event_count')::bigint)),
    p_severity => coalesce(p_target ->> 'severity', 'medium'),
    p_source => 'trigger',
    p_campaign_id => case when cardinality(v_campaigns) = 1 then v_campaigns[1] end,
    p_assignee => p_target ->> 'assignee',
    p_evidence => jsonb_build_object(
      'trigger_id', p_context -> 'trigger_id', 'firing_id', p_context -> 'firing_id', 'event_count', p_context -> 'event_count',
      'event', p_events -> -1),
    p_dedupe_key => format('trigger:%s', p_context ->> 'firing_id'));
  return jsonb_build_object('alert_id', v_id);
end
$$;
comment on function trimtab.target_alert(uuid, jsonb, jsonb, jsonb) is
  'Target alert {title, severity, message, assignee}: raises an alert with the last events, or counts on the unresolved one of the same title and campaign; the title is the trigger''s name when absent. Raised once a firing. {alert_id}. Errors: TT062 unknown assignee.';
grant execute on function trimtab.target_alert(uuid, jsonb, jsonb, jsonb) to trimtab_definer;
