create or replace function trimtab.perform_action(
  p_org_id uuid,
  p_action jsonb,
  p_context jsonb,
  out status text,
  out result jsonb,
  out error_code text,
  out error_message text
)
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_function text;
  v_detail text;
begin
  -- The block isolates failures: what the action did is undone, and only that.
  begin
    select h.function into v_function
    from trimtab.handlers h
    where h.kind = 'rule_action.' || (p_action ->> 'type')
    order by h.position
    limit 1;
    if not found then
      raise exception 'nothing carries out an action of the type %', p_action ->> 'type'
        using errcode = 'TT036',
              detail = format('Action %s of the rule %s.', p_context ->> 'place', p_context ->> 'rule_name'),
              hint = 'A type of actions needs its function in handlers.';
    end if;
    -- The name comes from a reference table that only deploys write.
    execute format('select %s($1, $2, $3)', v_function) into result using p_org_id, p_action, p_context;
    -- What would be checked when the transaction ends is checked now, so that it costs this action and not the whole run.
    perform trimtab.settle_envelope(p_org_id);
    status := 'success';
  exception
    when serialization_failure then
      -- In a transaction that keeps to one snapshot nothing later can go better: it has to be tried again as a whole.
      if current_setting('transaction_isolation') <> 'read committed' then
        raise;
      end if;
      get stacked diagnostics error_code = returned_sqlstate, error_message = message_text;
    when others or assert_failure then
      get stacked diagnostics error_code = returned_sqlstate, error_message = message_text, v_detail = pg_exception_detail;
      -- What a guardrail says is the reason for which it is held back.
      if error_code = 'TT018' then
        error_message := concat_ws(': ', error_message, nullif(v_detail, ''));
      end if;
  end;
  if error_code is not null then
    status := 'failure';
    result := null;
  end if;
  -- Somebody sits on a campaign: those that follow do not wait as long again each, with other organizations behind them.
  if error_code = '55P03' then
    perform set_config('lock_timeout', '10ms', true);
  end if;
end
$$;
comment on function trimtab.perform_action(uuid, jsonb, jsonb) is
  'Has one action of a rule carried out by the function that handlers name for its type (rule_action.<type>), in a block of its own. status success with the function''s result, or failure with SQLSTATE and message and nothing changed. p_action: the canonical action with its plan; p_context: {rule_id, rule_name, rule_version, run_id, execution_id, place, campaign_id, campaign_ids, event, reason, confidence_score, evidence, expected_impact, as_of}. After a lock that was waited for in vain (55P03) the transaction waits for 10 ms only. Errors: 40001 is raised on where the transaction keeps to one snapshot. For the system''s own functions.';
grant execute on function trimtab.perform_action(uuid, jsonb, jsonb) to trimtab_definer;
