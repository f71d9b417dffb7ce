create or replace function trimtab.explain_rule(
  p_rule_id uuid,
  p_campaign_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns jsonb
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  -- Its plans look dear, because nobody knows how few rows functions return; compiling them takes longer than running them.
  set jit to off
  set plan_cache_mode to force_generic_plan
as $$
declare
  v_org_id uuid := trimtab.require_org('viewer');
  v_rule trimtab.automation_rules;
  v_terms trimtab.rule_terms[];
  v_before trimtab.automation_rules[];
  v_campaign record;
  v_time_zone text;
  v_values record;
  v_decision trimtab.decision;
  v_leaves jsonb;
  v_matched boolean;
begin
  select r.* into v_rule from trimtab.automation_rules r where r.org_id = v_org_id and r.id = p_rule_id;
  if not found then
    raise exception 'there is no rule %', p_rule_id
      using errcode = 'TT031', hint = 'select id, name from trimtab.automation_rules;';
  end if;
  select c.id, c.title, c.status, c.currency into v_campaign
  from trimtab.campaigns c
  where c.org_id = v_org_id and c.id = p_campaign_id;
  if not found then
    raise exception 'there is no such campaign'
      using errcode = 'TT010',
            detail = format('No campaign of the organization has the id %s.', coalesce(p_campaign_id::text, 'null')),
            hint = 'select id, title, status from trimtab.campaigns.';
  end if;
  v_terms := array(select t from trimtab.rule_terms t where t.org_id = v_org_id and t.rule_id = p_rule_id order by t.term);
  select o.time_zone into v_time_zone from trimtab.organizations o where o.org_id = v_org_id;

  select v.* into v_values
  from trimtab.rule_values(v_org_id, p_as_of, p_known, array[p_campaign_id], null, array[v_rule], v_terms) v
  limit 1;
  v_matched := coalesce(v_values.is_judged, false) and coalesce((
    select bool_or((
      select bool_and(coalesce(t.bounds[l.place] @> v_values.found[abs(l.leaf)], false))
      from unnest(t.leaves) with ordinality l (leaf, place)))
    from unnest(v_terms) t), false);
  if v_matched then
    -- Beside the rules that go before it; what comes after it takes nothing from it. A rule that no run judges is asked alone.
    v_before := array(
      select r from trimtab.automation_rules r
      where r.org_id = v_org_id
        and r.status in ('active', v_rule.status)
        and v_rule.status in ('active', 'shadow')
        and r.trigger_kind = 'run'
        and v_rule.trigger_kind = 'run'
        and r.changes <> '{}'
        and v_rule.changes <> '{}'
        and (r.priority > v_rule.priority or r.priority = v_rule.priority and (r.name < v_rule.name or v_rule.status = 'shadow'))
        and r.id <> v_rule.id);
    select d.* into v_decision
    from trimtab.decide(
      v_org_id, p_as_of, p_known, null, array[p_campaign_id], v_rule || v_before,
      v_terms || array(
        select t from trimtab.rule_terms t
        where t.org_id = v_org_id and t.rule_id in (select r.id from unnest(v_before) r))) d
    where d.rule_id = p_rule_id;
  end if;

  select jsonb_agg(
      l.leaf || jsonb_strip_nulls(jsonb_build_object(
        'text', trimtab.condition_text(l.leaf -> 'condition', v_values.found[l.place]),
        'window_bounds', trimtab.window_bounds(l.leaf #>> '{condition,window}', p_as_of, v_time_zone)))
        || jsonb_build_object(
        'value', v_values.found[l.place],
        'holds_with', v_rule.bounds[l.place]::text,
        'holds', v_rule.bounds[l.place] @> v_values.found[l.place])
      order by l.place)
    into v_leaves
  from jsonb_array_elements(v_rule.leaves) with ordinality l (leaf, place);

  return jsonb_build_object(
    'rule', jsonb_build_object('id', v_rule.id, 'name', v_rule.name, 'version', v_rule.version, 'status', v_rule.status, 'priority', v_rule.priority),
    'campaign', to_jsonb(v_campaign),
    'as_of', p_as_of,
    'knowledge_revision', p_known,
    'facts_end_at', v_values.facts_end_at,
    'is_judged', coalesce(v_values.is_judged, false),
    'matched', v_matched,
    'outcome', case
      when not coalesce(v_values.is_judged, false) then 'not judged'
      when not v_matched then 'conditions not met'
      when v_decision.gate is not null then 'held back'
      when v_rule.status = 'active' then 'acts'
      when v_rule.status = 'shadow' then 'would act (shadow)'
      else 'would act (' || v_rule.status || ')'
    end,
    'gate', case when v_decision.gate is not null then jsonb_build_object('code', v_decision.gate, 'reason', v_decision.gate_reason) end,
    'confidence_score', v_decision.confidence_score,
    'conditions', trimtab.explain_node(v_rule.document -> 'conditions', 'conditions', v_leaves),
    'evidence', (
      select jsonb_agg(e.leaf - 'path' - 'evidence_of' order by e.place)
      from jsonb_array_elements(v_leaves) with ordinality e (leaf, place)
      where e.leaf ->> 'evidence_of' = '0'),
    'flips', trimtab.outcome_flips(v_rule, v_terms, v_values.found),
    'actions', v_decision.actions,
    'reason', v_decision.reason);
end
$$;
comment on function trimtab.explain_rule(uuid, uuid, timestamptz, bigint) is
  'Why a rule of the caller''s organization (role viewer) does or does not act on a campaign at p_as_of with the facts known at p_known (null: now): {rule, campaign, is_judged (scope and status), matched, outcome, gate {code, reason}, confidence_score, conditions (a tree with value, bounds, window and whether it holds), flips (the smallest change of each figure that would turn the outcome round, see outcome_flips()), actions (amounts resolved), reason}. Nothing need have been stored for it: it is computed anew. Limits of a run over many campaigns (share of pauses, a day''s limit) are asked as for this campaign alone. Errors: TT001–TT003, TT006, TT010, TT031.';
grant execute on function trimtab.explain_rule(uuid, uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
