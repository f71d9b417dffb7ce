create or replace function trimtab.act_send_notification(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_channel text := coalesce(p_action ->> 'channel', 'in_app');
  v_title text := (
    select c.title from trimtab.campaigns c where c.org_id = p_org_id and c.id = (p_context ->> 'campaign_id')::uuid);
  v_ids uuid[];
begin
  -- What is meant for people who are no members goes to them by e-mail; the others read it here.
  with wanted as (
    select r.recipient, case when v_channel = 'in_app' and r.kind = 'address' then 'email' else v_channel end as kind
    from trimtab.resolve_recipients(p_org_id, case
      when jsonb_array_length(coalesce(nullif(p_action -> 'recipients', 'null'), '[]')) = 0 and v_channel <> 'slack' then '{role:admin}'
      else array(select jsonb_array_elements_text(p_action -> 'recipients')) end) r
  ), message as (
    select w.kind, array_agg(w.recipient) as recipients
    from wanted w
    group by w.kind
    union all
    select v_channel, '{}' where not exists (select from wanted)
  )
  select array_agg(trimtab.enqueue_message(
      p_org_id => p_org_id,
      p_kind => m.kind,
      p_recipients => m.recipients,
      p_subject => coalesce(p_action ->> 'subject', concat_ws(': ', p_context ->> 'rule_name', v_title)),
      p_body => concat_ws(E'\n', p_action ->> 'message', v_title, p_context ->> 'reason'),
      p_campaign_id => (p_context ->> 'campaign_id')::uuid,
      p_dedupe_key => trimtab.step_key(p_context) || ':' || m.kind,
      p_execution_id => (p_context ->> 'execution_id')::uuid,
      p_rule_id => (p_context ->> 'rule_id')::uuid) order by m.kind = v_channel desc, m.kind)
    into v_ids
  from message m;
  return jsonb_build_object('message_id', v_ids[1], 'message_ids', v_ids);
end
$$;
comment on function trimtab.act_send_notification(uuid, jsonb, jsonb) is
  'Handler of the action send_notification {recipients, message, subject, channel}: writes a message (enqueue_message()) with what the rule says, the campaign and the reason; {message_id, message_ids}. channel is in_app when absent; of its recipients those who are no members get an e-mail instead. Without recipients it goes to role:admin. Written once a step of an execution. Errors: TT062 nobody to write to.';
grant execute on function trimtab.act_send_notification(uuid, jsonb, jsonb) to trimtab_definer;
