create or replace function trimtab.target_notification(p_org_id uuid, p_target jsonb, p_events jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_channel text := coalesce(p_target ->> 'channel', 'in_app');
  v_campaigns uuid[] := trimtab.campaigns_of_events(p_org_id, p_events);
  v_id uuid;
begin
  v_id := trimtab.enqueue_message(
    p_org_id => p_org_id,
    p_kind => v_channel,
    p_recipients => case
      when jsonb_typeof(p_target -> 'recipients') = 'array' then array(select jsonb_array_elements_text(p_target -> 'recipients'))
      when v_channel = 'slack' then '{}'::text[]
      else '{role:admin}' end,
    p_subject => coalesce(p_target ->> 'subject', p_context ->> 'trigger'),
    p_body => concat_ws(E'\n', p_target ->> 'message', trimtab.events_text(p_events, (p_context ->> 'event_count')::bigint)),
    p_campaign_id => case when cardinality(v_campaigns) = 1 then v_campaigns[1] end,
    p_dedupe_key => format('trigger:%s', p_context ->> 'firing_id'));
  return jsonb_build_object('message_id', v_id);
end
$$;
comment on function trimtab.target_notification(uuid, jsonb, jsonb, jsonb) is
  'Target notification {recipients, subject, message, channel}: writes a message with the last events; without recipients to role:admin, without a channel within Trimtab (in_app), written once a firing. {message_id}. Errors: TT062 nobody to write to.';
grant execute on function trimtab.target_notification(uuid, jsonb, jsonb, jsonb) to trimtab_definer;
