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
  v_event jsonb;
  v_outside text;
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
  select c.campaign_id as id, c.title, c.status, c.currency, c.ends_at into v_campaign
  from trimtab.campaigns_at(v_org_id, p_as_of, array[p_campaign_id]) c;
  if not found then
    raise exception 'there is no such campaign'
      using errcode = 'TT010',
            detail = format('No campaign of the organization has the id %s.', coalesce(p_campaign_id::text, 'null')),
            hint = 'select id, title, status from trimtab.campaigns.';
  end if;
  v_terms := array(select t from trimtab.rule_terms t where t.org_id = v_org_id and t.rule_id = p_rule_id order by t.term);
  select o.time_zone into v_time_zone from trimtab.organizations o where o.org_id = v_org_id;

  if v_rule.trigger_kind = 'event' then
    v_event := trimtab.latest_event(v_org_id, v_rule.event_type, p_as_of);
  end if;
  select v.* into v_values
  from trimtab.rule_values(v_org_id, p_as_of, p_known, array[p_campaign_id], v_event, array[v_rule], v_terms) v
  limit 1;
  v_outside := case
    when v_rule.trigger_kind = 'event' and v_event is null then format('There is no event %s in the journal.', v_rule.event_type)
    when v_values.is_judged then null
    when v_campaign.status <> all (v_rule.statuses)
      then format('The campaign is %s; the rule judges those that are %s.', v_campaign.status, array_to_string(v_rule.statuses, ', '))
    when v_campaign.ends_at <= p_as_of then format('The campaign ended at %s.', date_trunc('second', v_campaign.ends_at))
    else 'The campaign is not in the rule''s scope.'
  end;
  v_matched := v_outside is null and coalesce((
    select bool_or((
      select bool_and(coalesce(t.bounds[l.place] @> v_values.found[abs(l.leaf)], false))
      from unnest(t.leaves) with ordinality l (leaf, place)))
    from unnest(v_terms) t), false);
  if v_matched then
    -- Beside the rules that go before it; what comes after it takes nothing from it. A rule that is not asked by itself stands beside none.
    v_before := array(
      select r from trimtab.automation_rules r
      where r.org_id = v_org_id
        and r.status in ('active', v_rule.status)
        and v_rule.status in ('active', 'shadow')
        and r.trigger_kind = v_rule.trigger_kind
        and r.trigger_kind <> 'manual'
        and r.event_type is not distinct from v_rule.event_type
        and r.changes <> '{}'
        and v_rule.changes <> '{}'
        and (r.priority > v_rule.priority or r.priority = v_rule.priority and (r.name < v_rule.name or v_rule.status = 'shadow'))
        and r.id <> v_rule.id);
    select d.* into v_decision
    from trimtab.decide(
      v_org_id, p_as_of, p_known, v_event, array[p_campaign_id], v_rule || v_before,
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
    'campaign', to_jsonb(v_campaign) - 'ends_at',
    'event', v_event,
    'as_of', p_as_of,
    'knowledge_revision', p_known,
    'facts_end_at', v_values.facts_end_at,
    'is_judged', v_outside is null,
    'matched', v_matched,
    'outcome', case
      when v_outside is not null then 'not judged'
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
    'reason', coalesce(v_outside, v_decision.reason));
end
$$;
comment on function trimtab.explain_rule(uuid, uuid, timestamptz, bigint) is
  'Why a rule of the caller''s organization (role viewer) does or does not act on a campaign at p_as_of with the facts known at p_known (null: now): {rule, campaign, is_judged (scope and status), matched, outcome, gate {code, reason}, confidence_score, conditions (a tree with value, bounds, window and whether it holds), flips (the smallest change of each figure that would turn the outcome round, see outcome_flips()), actions (amounts resolved), reason (of not being judged: status, end, scope)}. A rule of an event is asked about the latest such event of the journal (event). Nothing need have been stored for it: it is computed anew. Limits of a run over many campaigns (share of pauses, a day''s limit) are asked as for this campaign alone. Errors: TT001–TT003, TT006, TT010, TT031.';
grant execute on function trimtab.explain_rule(uuid, uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
