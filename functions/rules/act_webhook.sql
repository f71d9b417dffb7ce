create or replace function trimtab.act_webhook(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_id uuid;
begin
  v_id := trimtab.enqueue_message(
    p_org_id => p_org_id,
    p_kind => 'webhook',
    p_url => p_action ->> 'url',
    p_method => coalesce(p_action ->> 'method', 'POST'),
    -- What the rule gives is sent as it stands, so that any receiver can be served.
    p_payload => coalesce(nullif(p_action -> 'payload', 'null'), jsonb_strip_nulls(jsonb_build_object(
      'rule_id', p_context -> 'rule_id', 'rule_name', p_context -> 'rule_name', 'rule_version', p_context -> 'rule_version',
      'execution_id', p_context -> 'execution_id', 'run_id', p_context -> 'run_id', 'occurred_at', p_context -> 'as_of',
      'campaign', (
        select jsonb_build_object('id', c.id, 'title', c.title, 'platform', c.platform, 'external_id', c.external_id, 'status', c.status)
        from trimtab.campaigns c
        where c.org_id = p_org_id and c.id = (p_context ->> 'campaign_id')::uuid),
      'campaign_ids', case when p_context ->> 'campaign_id' is null then p_context -> 'campaign_ids' end,
      'event', p_context -> 'event', 'reason', p_context -> 'reason', 'confidence_score', p_context -> 'confidence_score',
      'conditions', p_context #> '{evidence,conditions}'))),
    p_campaign_id => (p_context ->> 'campaign_id')::uuid,
    p_dedupe_key => trimtab.step_key(p_context),
    p_execution_id => (p_context ->> 'execution_id')::uuid,
    p_rule_id => (p_context ->> 'rule_id')::uuid);
  return jsonb_build_object('message_id', v_id);
end
$$;
comment on function trimtab.act_webhook(uuid, jsonb, jsonb) is
  'Handler of the action webhook {url, method, payload}: writes the call to the outbox (enqueue_message()); {message_id}. A payload of the rule is sent as it stands; without one, a document with rule, campaign, event, reason and conditions. Written once a step of an execution. Errors: TT060 the URL may not be called (any more).';
grant execute on function trimtab.act_webhook(uuid, jsonb, jsonb) to trimtab_definer;
