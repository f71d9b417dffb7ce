create or replace function trimtab.act_send_notification(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_kind text := coalesce(p_action ->> 'channel', 'in_app');
  v_title text := (
    select c.title from trimtab.campaigns c where c.org_id = p_org_id and c.id = (p_context ->> 'campaign_id')::uuid);
  v_id uuid;
begin
  v_id := trimtab.enqueue_message(
    p_org_id => p_org_id,
    p_kind => v_kind,
    p_recipients => case
      -- Nobody is named.
      when jsonb_array_length(coalesce(nullif(p_action -> 'recipients', 'null'), '[]')) = 0 and v_kind <> 'slack' then '{role:admin}'
      else array(select jsonb_array_elements_text(p_action -> 'recipients')) end,
    p_subject => coalesce(p_action ->> 'subject', concat_ws(': ', p_context ->> 'rule_name', v_title)),
    p_body => concat_ws(E'\n', p_action ->> 'message', v_title, p_context ->> 'reason'),
    p_campaign_id => (p_context ->> 'campaign_id')::uuid,
    p_dedupe_key => trimtab.step_key(p_context),
    p_execution_id => (p_context ->> 'execution_id')::uuid,
    p_rule_id => (p_context ->> 'rule_id')::uuid);
  return jsonb_build_object('message_id', v_id);
end
$$;
comment on function trimtab.act_send_notification(uuid, jsonb, jsonb) is
  'Handler of the action send_notification {recipients, message, subject, channel}: writes one message (enqueue_message()) with what the rule says, the campaign and the reason; {message_id}. Without recipients it goes to role:admin; channel is in_app when absent. Written once a step of an execution.';
grant execute on function trimtab.act_send_notification(uuid, jsonb, jsonb) to trimtab_definer;
