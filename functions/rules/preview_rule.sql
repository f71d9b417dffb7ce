create or replace function trimtab.preview_rule(
  p_document jsonb,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_event jsonb default null
)
  returns jsonb
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  -- Its plans look dear, because nobody knows how few rows functions return; compiling them takes longer than running them.
  set jit to off
as $$
declare
  v_org_id uuid := trimtab.require_org('viewer');
  v_organization trimtab.organizations;
  v_compiled record;
  v_rule trimtab.automation_rules;
  v_terms trimtab.rule_terms[];
  v_rules trimtab.automation_rules[];
  v_all_terms trimtab.rule_terms[];
  v_event jsonb := p_event;
  v_judged record;
  v_result jsonb;
begin
  select o.* into v_organization from trimtab.organizations o where o.org_id = v_org_id;
  select c.rule, c.terms into v_compiled from trimtab.compile_rule(p_document) c;
  v_rule := v_compiled.rule;
  -- It is asked what it would do if it were active, beside the rules that are; one of the same name it would replace.
  v_rule.org_id := v_org_id;
  v_rule.id := gen_random_uuid();
  v_rule.version := 0;
  v_rule.status := 'active';
  v_terms := array(
    select row(v_org_id, v_rule.id, t.term, t.leaves, t.signal_positions, t.bounds)::trimtab.rule_terms from unnest(v_compiled.terms) t);
  if v_rule.trigger_kind = 'event' and v_event is null then
    -- The latest such event stands for the next one.
    v_event := trimtab.latest_event(v_org_id, v_rule.event_type, p_as_of);
  elsif v_rule.trigger_kind = 'manual' then
    v_rule.trigger_kind := 'run';
  end if;
  v_rules := array(
    select r from trimtab.automation_rules r
    where r.org_id = v_org_id and r.status = 'active' and r.trigger_kind = v_rule.trigger_kind and r.event_type is not distinct from v_rule.event_type and r.name <> v_rule.name);
  v_all_terms := array(
    select t from trimtab.rule_terms t
    where t.org_id = v_org_id and t.rule_id in (select r.id from unnest(v_rules) r));

  select count(*) as judged, count(*) filter (where array_position(v.found, null) is not null) as not_known
    into v_judged
  from trimtab.rule_values(v_org_id, p_as_of, p_known, null, v_event, array[v_rule], v_terms) v
  where v.is_judged;

  with decision as materialized (
    select d.*
    from trimtab.decide(v_org_id, p_as_of, p_known, v_event, null, v_rules || v_rule, v_all_terms || v_terms) d
    where d.rule_id = v_rule.id
  ), signal as (
    select s.campaign_id,
           s.signals[trimtab.signal_position('spend', 'last_7_days')] / 7 as spend,
           s.signals[trimtab.signal_position('revenue', 'last_7_days')] / 7 as revenue
    from trimtab.signals_at(v_org_id, p_as_of, p_known) s
    where exists (select from decision)
  ), weighed as (
    select d.*, s.spend, s.revenue, jsonb_path_exists(d.actions, '$[*].plan.budget') as is_total,
           trimtab.exchange_rate(d.currency, v_organization.currency, (p_as_of at time zone v_organization.time_zone)::date) as rate
    from decision d
    left join signal s on s.campaign_id = d.campaign_id
  )
  select jsonb_build_object(
    'rule', v_rule.document,
    'as_of', p_as_of,
    'event', v_event,
    'judged', v_judged.judged,
    'not_known', v_judged.not_known,
    'matches', coalesce(jsonb_agg(w.line order by w.confidence_score desc nulls last, w.campaign_title) filter (where w.gate is null), '[]'),
    'held', coalesce(jsonb_agg(w.line || jsonb_build_object('gate', w.gate, 'gate_reason', w.gate_reason)
      order by w.gate, w.campaign_title) filter (where w.gate is not null), '[]'),
    'money', jsonb_build_object(
      'currency', v_organization.currency,
      'campaigns', count(*) filter (where w.gate is null),
      'spend_per_day', round(sum(w.spend) filter (where w.gate is null), 2),
      'revenue_per_day', round(sum(w.revenue) filter (where w.gate is null), 2),
      'spend_per_day_stopped', round(coalesce(sum(w.spend) filter (where w.gate is null and w.action_type = 'auto_pause'), 0), 2),
      'revenue_per_day_stopped', round(coalesce(sum(w.revenue) filter (where w.gate is null and w.action_type = 'auto_pause'), 0), 2),
      'daily_budgets_changed_by', round(coalesce(sum((w.new_budget - w.previous_budget) * w.rate) filter (where w.gate is null and not w.is_total), 0), 2),
      'total_budgets_changed_by', round(coalesce(sum((w.new_budget - w.previous_budget) * w.rate) filter (where w.gate is null and w.is_total), 0), 2),
      'largest_share_of_pauses_percent', (trimtab.guardrails_of(v_org_id)).max_pause_share_percent))
    into v_result
  from (
    select d.*, jsonb_build_object(
      'campaign_id', d.campaign_id, 'campaign_title', d.campaign_title, 'action_type', d.action_type,
      'confidence_score', d.confidence_score, 'previous_budget', d.previous_budget, 'new_budget', d.new_budget,
      'currency', d.currency, 'spend_per_day', round(d.spend, 2), 'revenue_per_day', round(d.revenue, 2),
      'reason', d.reason, 'actions', d.actions) as line
    from weighed d
  ) w;
  return v_result;
end
$$;
comment on function trimtab.preview_rule(jsonb, timestamptz, bigint, jsonb) is
  'What a rule would do now if it were saved and active, beside the organization''s active rules (one of the same name it would replace); nothing is written. Role viewer. {rule (the document as it is understood), event, judged (campaigns), not_known (of those: a figure that the rule looks at is not known), matches [campaign, action, amounts, probability, reason], held [the same with gate], money {currency (the organization''s), campaigns, spend and revenue a day of the campaigns it would act on and of those it would stop (average of the last 7 days), daily_budgets_changed_by, total_budgets_changed_by (a budget for the whole campaign, with or without a daily one beside it)}}. A rule of an event is asked about p_event {id, type, occurred_at, subject_type, subject_id, payload}, or about the latest such event of the journal. Errors: TT001–TT003, TT006, TT030 every fault.';
grant execute on function trimtab.preview_rule(jsonb, timestamptz, bigint, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
