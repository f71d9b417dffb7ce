create or replace function trimtab.record_failed_action(
  p_org_id uuid,
  p_campaign_id uuid,
  p_action_type text,
  p_reason text,
  p_error_code text,
  p_error_message text,
  p_wanted jsonb default '{}',
  p_confidence numeric default null,
  p_evidence jsonb default '{}',
  p_rule_id uuid default null,
  p_rule_version integer default null,
  p_run_id uuid default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
  v_campaign trimtab.campaigns;
  v_state jsonb;
  v_action_id uuid;
begin
  perform trimtab.lock_organization(p_org_id);
  -- The campaign's row is not locked: that somebody holds it may be the very failure to record.
  select c.* into v_campaign
  from trimtab.campaigns c
  where c.org_id = p_org_id and c.id = p_campaign_id;
  if not found then
    raise exception 'there is no such campaign'
      using errcode = 'TT010',
            detail = format('No campaign of the organization has the id %s.', coalesce(p_campaign_id::text, 'null'));
  end if;
  v_state := trimtab.campaign_state(v_campaign);

  -- The same failure again is counted on its row, as long as nothing else happened to the campaign.
  update trimtab.campaign_changes f
  set evidence = f.evidence || jsonb_build_object(
        'failed_count', coalesce((f.evidence ->> 'failed_count')::integer, 1) + 1,
        'last_failed_at', v_now,
        'last_run_id', p_run_id)
  where f.org_id = p_org_id
    and f.id = (
      select l.id from trimtab.campaign_changes l
      where l.org_id = p_org_id and l.campaign_id = p_campaign_id
      order by l.number desc
      limit 1)
    and f.status = 'failed'
    and f.action_type = p_action_type
    and f.error_code = p_error_code
    and f.rule_id is not distinct from p_rule_id
    and f.rule_version is not distinct from p_rule_version
    and f.previous_state = v_state
    and f.new_state = v_state || coalesce(p_wanted, '{}')
  returning f.id into v_action_id;
  if found then
    return v_action_id;
  end if;

  insert into trimtab.campaign_changes (
    org_id, campaign_id, action_type, is_automated, origin, reason, previous_state, new_state, confidence_score,
    evidence, status, user_id, login, rule_id, rule_version, run_id, error_code, error_message, created_at)
  values (
    p_org_id, p_campaign_id, p_action_type, true, case when p_rule_id is null then 'engine' else 'rule' end, p_reason,
    v_state, v_state || coalesce(p_wanted, '{}'), p_confidence, coalesce(p_evidence, '{}'), 'failed',
    trimtab.current_user_id(), session_user, p_rule_id, p_rule_version, p_run_id, p_error_code, p_error_message, v_now)
  returning id into v_action_id;

  perform trimtab.emit_event(
    p_org_id, 'action.failed',
    jsonb_build_object('change_id', v_action_id, 'action_type', p_action_type,
      'error_code', p_error_code, 'error_message', p_error_message),
    'campaign', p_campaign_id);
  return v_action_id;
end
$$;
comment on function trimtab.record_failed_action(uuid, uuid, text, text, text, text, jsonb, numeric, jsonb, uuid, integer, uuid) is
  'Keeps an automatic action that failed as a row of the ledger with status failed, its SQLSTATE and message; new_state holds what was wanted (p_wanted: the attributes). Returns the row''s id. The same failure again, with nothing else in between, is counted in the row''s evidence (failed_count, last_failed_at, last_run_id). Errors: TT010. For the system''s own functions.';
grant execute on function trimtab.record_failed_action(uuid, uuid, text, text, text, text, jsonb, numeric, jsonb, uuid, integer, uuid) to trimtab_definer;
