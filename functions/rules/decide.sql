create or replace function trimtab.decide(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_event jsonb default null,
  p_campaign_ids uuid[] default null,
  p_rules trimtab.automation_rules[] default null,
  p_terms trimtab.rule_terms[] default null
)
  returns setof trimtab.decision
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
  -- Its plans look dear, because nobody knows how few rows functions return; compiling them takes longer than running them.
  set jit to off
  set plan_cache_mode to force_generic_plan
as $$
#variable_conflict use_column
declare
  v_matches trimtab.rule_match[] := array(
    select m from trimtab.evaluate_rules(p_org_id, p_as_of, p_known, p_campaign_ids, p_event, p_rules, p_terms) m);
  v_rules trimtab.automation_rules[];
  v_organization trimtab.organizations;
  v_guardrails trimtab.guardrails;
  v_system_stop text;
  v_facts_end_at timestamptz;
  v_day_start timestamptz;
begin
  if cardinality(v_matches) = 0 then
    return;
  end if;
  v_rules := coalesce(p_rules, array(
    select r from trimtab.automation_rules r
    where r.org_id = p_org_id and r.id in (select m.rule_id from unnest(v_matches) m)));
  select o.* into v_organization from trimtab.organizations o where o.org_id = p_org_id;
  select g.* into v_guardrails from trimtab.guardrails g where g.org_id = p_org_id;
  v_system_stop := trimtab.system_stop();
  v_day_start := trimtab.day_start((p_as_of at time zone v_organization.time_zone)::date, v_organization.time_zone);
  -- What stands still brings no facts: to resume it asks how fresh the organization's are, whichever campaigns are asked about.
  select max(s.facts_end_at) into v_facts_end_at
  from trimtab.signals_at(p_org_id, p_as_of, p_known) s
  where exists (select from unnest(v_rules) r where r.document -> 'actions' @> '[{"type": "resume_campaign"}]');

  return query
  with matched as materialized (
    select m.place, m.campaign_id, m.term, m.found, m.facts_end_at, m.facts_revision,
           r.id as rule_id, r.name, r.version, r.priority, r.document, r.leaves, r.bounds, r.changes, r.judges_facts, r.judges_calendar,
           r.cooldown_minutes, r.campaign_cooldown_minutes, r.max_executions_per_day, r.min_confidence_percent,
           case r.status when 'active' then 'active' else 'shadow' end as mode
    from unnest(v_matches) with ordinality m (rule_id, campaign_id, term, found, facts_end_at, facts_revision, place)
    join unnest(v_rules) r on r.id = m.rule_id
  ), sure as materialized (
    select m.*, k.score, greatest(m.min_confidence_percent, v_guardrails.min_confidence_percent) as least_confidence
    from matched m
    left join trimtab.confidence_of_matches(p_org_id, v_matches, p_as_of, p_known, p_rules, p_terms) k on k.place = m.place
  ), winner as (
    -- Of several rules that would change a campaign the highest priority wins; the name breaks a tie, so that it is always the same one.
    -- One that is not sure enough of what it says stands in nobody's way.
    select distinct on (m.campaign_id) m.campaign_id, m.rule_id, m.name, m.priority
    from sure m
    where m.mode = 'active' and m.changes <> '{}' and m.campaign_id is not null and m.score >= m.least_confidence
    order by m.campaign_id, m.priority desc, m.name
  ), ledger as (
    -- The ledger as it stood at p_as_of: what was taken back later was still in force then.
    select h.campaign_id, h.executed_at, h.number, h.action_type, h.origin, h.is_automated, h.previous_state, h.new_state, h.evidence,
           case when h.rolled_back_at <= p_as_of then h.rolled_back_at end as rolled_back_at
    from (select distinct m.campaign_id from matched m) m
    join trimtab.campaign_changes h on h.org_id = p_org_id and h.campaign_id = m.campaign_id
      and h.status in ('executed', 'rolled_back') and h.executed_at <= p_as_of
  ), history as (
    select h.campaign_id,
           greatest(
             max(h.rolled_back_at),
             max(h.executed_at) filter (where h.origin = 'rollback'
               or (h.origin in ('person', 'operator') and h.new_state ->> 'status' = 'active'
                 -- To start a draft is not to resume it.
                 and h.previous_state ->> 'status' not in ('active', 'draft')))
           ) as let_go_at,
           max(h.executed_at) filter (where h.action_type in ('auto_scale_up', 'auto_scale_down') and h.is_automated and h.rolled_back_at is null) as scaled_at,
           max(h.executed_at) filter (where h.origin = 'rule' and h.rolled_back_at is null and h.action_type = 'auto_pause') as paused_at,
           max(h.executed_at) filter (where h.origin = 'rule' and h.rolled_back_at is null and h.new_state ->> 'status' = 'active'
             and h.previous_state ->> 'status' <> 'active') as resumed_at,
           max(h.executed_at) filter (where h.origin = 'rule' and h.rolled_back_at is null and h.action_type = 'auto_scale_up') as raised_at,
           max(h.executed_at) filter (where h.origin = 'rule' and h.rolled_back_at is null and h.action_type = 'auto_scale_down') as lowered_at,
           max((h.evidence ->> 'facts_revision')::bigint) filter (where h.origin = 'rule') as acted_on_revision
    from ledger h
    group by h.campaign_id
  ), rule_use as (
    -- What a rule has done itself: in shadow, what it would have done. What was skipped or held back counts for nothing.
    select r.rule_id, u.last_at, u.today
    from (select distinct m.rule_id, m.mode, m.cooldown_minutes from matched m) r
    cross join lateral (
      select max(e.executed_at) as last_at, count(*) filter (where e.executed_at >= v_day_start) as today
      from trimtab.automation_executions e
      where e.org_id = p_org_id and e.rule_id = r.rule_id and e.mode = r.mode and (e.status <> 'skipped' or e.mode = 'shadow')
        and e.executed_at > least(v_day_start - interval '1 second', p_as_of - r.cooldown_minutes * interval '1 minute')
        and e.executed_at <= p_as_of
    ) u
  ), campaign_use as (
    select m.place, u.last_at, u.acted_on_revision
    from matched m
    cross join lateral (
      select max(e.executed_at) as last_at, max(e.facts_revision) filter (where e.status <> 'failure') as acted_on_revision
      from trimtab.automation_executions e
      where e.org_id = p_org_id and e.campaign_id = m.campaign_id and e.rule_id = m.rule_id and e.mode = m.mode
        and (e.status <> 'skipped' or e.mode = 'shadow')
        and e.executed_at <= p_as_of
    ) u
  ), weighed as materialized (
    select m.*, c.title, c.currency, c.autonomous_enabled, c.status as campaign_status,
           a.actions, a.action_type, coalesce(a.raises, false) as raises, a.previous_budget, a.new_budget, a.code, a.code_reason,
           w.rule_id as winner_id, w.name as winner, w.priority as winner_priority,
           h.let_go_at, h.scaled_at, u.last_at, u.today, x.last_at as last_campaign_at,
           case when m.changes <> '{}' then greatest(x.acted_on_revision, h.acted_on_revision) else x.acted_on_revision end as acted_on_revision,
           extract(epoch from p_as_of - case when a.action_type = 'status_changed' and m.campaign_id is not null
             then greatest(m.facts_end_at, v_facts_end_at) else m.facts_end_at end) / 3600 as facts_age,
           case a.action_type
             when 'auto_pause' then h.resumed_at when 'status_changed' then h.paused_at
             when 'auto_scale_up' then h.lowered_at when 'auto_scale_down' then h.raised_at
           end as turned_at
    from sure m
    left join trimtab.campaigns_at(
        p_org_id, p_as_of, array(select distinct m.campaign_id from unnest(v_matches) m where m.campaign_id is not null)) c
      on c.campaign_id = m.campaign_id
    left join trimtab.plan_actions(p_org_id, v_matches, p_as_of, p_known, p_rules) a on a.place = m.place
    left join winner w on w.campaign_id = m.campaign_id and m.changes <> '{}'
    left join history h on h.campaign_id = m.campaign_id
    left join rule_use u on u.rule_id = m.rule_id
    left join campaign_use x on x.place = m.place
  ), gated as materialized (
    select w.*,
      case
        when v_system_stop is not null or v_guardrails.autopilot_enabled is not true then 'switched_off'
        when w.winner_id <> w.rule_id and (w.winner_priority > w.priority
          or w.winner_priority = w.priority and (w.mode = 'shadow' or w.winner < w.name)) then 'lower_priority'
        when w.changes <> '{}' and not w.autonomous_enabled then 'opted_out'
        when w.campaign_id is not null and (w.judges_facts or w.raises)
          and (w.facts_age is null or w.facts_age > v_guardrails.max_facts_age_hours) then 'stale_facts'
        when w.campaign_id is not null and w.score is null then 'no_evidence'
        when w.score < w.least_confidence then 'low_confidence'
        when w.changes <> '{}' and w.let_go_at > p_as_of - v_guardrails.cool_off_hours * interval '1 hour' then 'cool_off'
        when not w.judges_calendar and w.turned_at > p_as_of - v_guardrails.reversal_hours * interval '1 hour' then 'reversal'
        -- Another event is news, for whoever is told of it; to a campaign nothing is done twice on the same facts.
        when w.judges_facts and not w.judges_calendar and (p_event is null or w.changes <> '{}')
          and w.acted_on_revision >= w.facts_revision then 'same_facts'
        when w.last_at > p_as_of - w.cooldown_minutes * interval '1 minute'
          or w.last_campaign_at > p_as_of - w.campaign_cooldown_minutes * interval '1 minute'
          or w.action_type in ('auto_scale_up', 'auto_scale_down') and not w.judges_calendar
            and w.scaled_at > p_as_of - v_guardrails.budget_cooldown_hours * interval '1 hour' then 'cooldown'
        when w.code is not null then w.code
        when w.max_executions_per_day <= w.today then 'daily_limit'
      end as gate
    from weighed w
  ), limited as materialized (
    -- What is left of a day's limit and of the share of pauses goes to the surest first.
    select g.*,
      case
        when g.gate is not null then g.gate
        when row_number() over (partition by g.rule_id, g.gate order by g.score desc nulls last, g.campaign_id)
          > g.max_executions_per_day - g.today then 'daily_limit'
        else null
      end as limited_gate
    from gated g
  ), shared as materialized (
    select l.*,
      case
        when l.limited_gate is null and l.action_type = 'auto_pause' and l.campaign_id is not null
          and row_number() over (partition by l.mode, l.action_type, l.limited_gate order by l.priority desc, l.score desc nulls last, l.campaign_id)
            > (select trimtab.pauses_allowed(p_org_id, p_as_of)) - case l.mode when 'shadow' then (
              -- What shadow rules would have paused within 24 hours is still active.
              select count(distinct e.campaign_id)
              from trimtab.automation_executions e
              where e.org_id = p_org_id and e.mode = 'shadow'
                and e.executed_at > p_as_of - interval '24 hours' and e.executed_at <= p_as_of
                and e.actions_executed @> '[{"type": "pause_campaign"}]'
                and e.campaign_id not in (
                  select o.campaign_id from limited o
                  where o.mode = 'shadow' and o.action_type = 'auto_pause' and o.limited_gate is null and o.campaign_id is not null)
            ) else 0 end then 'pause_share'
        else l.limited_gate
      end as final_gate
    from limited l
  )
  select s.rule_id, s.name, s.version, s.mode, s.priority, s.campaign_id, s.title, s.action_type, s.final_gate,
    case s.final_gate
      when 'switched_off' then coalesce(v_system_stop, 'The autopilot is switched off (guardrails.autopilot_enabled).')
      when 'lower_priority' then format(
        case when s.winner_priority > s.priority then '%s has a higher priority (%s).' else '%s has the same priority (%s) and goes first.' end,
        s.winner, s.winner_priority)
      when 'opted_out' then 'The campaign has autonomous_enabled = false.'
      when 'stale_facts' then case
        when s.facts_age <= v_guardrails.max_facts_age_hours then s.code_reason
        else format('The facts are %s hours old; allowed are %s.', coalesce(round(s.facts_age, 1)::text, 'infinitely many'), v_guardrails.max_facts_age_hours) end
      when 'no_evidence' then coalesce(s.code_reason, 'There are no data from which a probability could be computed.')
      when 'low_confidence' then format('The probability is %s %%; asked for is %s %%.', s.score, s.least_confidence)
      when 'cool_off' then format('A person resumed it or an action was taken back at %s; it is left alone for %s hours.',
        date_trunc('second', s.let_go_at), v_guardrails.cool_off_hours)
      when 'reversal' then format('Automation did the opposite at %s; that stands for %s hours.', date_trunc('second', s.turned_at), v_guardrails.reversal_hours)
      when 'same_facts' then 'No newer facts of the campaign have come in since the last action.'
      when 'cooldown' then case
        when s.last_at > p_as_of - s.cooldown_minutes * interval '1 minute' then format('The rule was executed at %s; its cooldown is %s minutes.', date_trunc('second', s.last_at), s.cooldown_minutes)
        when s.last_campaign_at > p_as_of - s.campaign_cooldown_minutes * interval '1 minute'
          then format('The rule was executed for this campaign at %s; its cooldown is %s minutes.', date_trunc('second', s.last_campaign_at), s.campaign_cooldown_minutes)
        else format('The budget was changed at %s; the next change may come after %s hours.', date_trunc('second', s.scaled_at), v_guardrails.budget_cooldown_hours) end
      when 'daily_limit' then format('The rule may be executed %s times a day; today it was %s times.', s.max_executions_per_day, s.today)
      when 'pause_share' then format('At most %s %% of the campaigns may be paused within 24 hours.', v_guardrails.max_pause_share_percent)
      else s.code_reason
    end,
    s.score, s.previous_budget, s.new_budget, s.currency,
    format('%s: %s.', s.name, held.reason),
    s.actions,
    jsonb_build_object(
      'as_of', p_as_of, 'known', coalesce(p_known, v_organization.knowledge_revision),
      'facts_revision', s.facts_revision, 'facts_end_at', s.facts_end_at, 'term', s.term, 'found', to_jsonb(s.found),
      'conditions', held.conditions),
    s.facts_revision
  from shared s
  cross join lateral (
    select jsonb_agg(l.leaf || jsonb_build_object('value', s.found[l.place], 'holds', s.bounds[l.place] @> s.found[l.place]) order by l.place) as conditions,
           string_agg(trimtab.condition_text(l.leaf -> 'condition', s.found[l.place]), ', ' order by l.place)
             filter (where s.bounds[l.place] @> s.found[l.place]) as reason
    from jsonb_array_elements(s.leaves) with ordinality l (leaf, place)
  ) held
  order by s.priority desc, s.score desc nulls last, s.title, s.campaign_id;
end
$$;
comment on function trimtab.decide(uuid, timestamptz, bigint, jsonb, uuid[], trimtab.automation_rules[], trimtab.rule_terms[]) is
  'What the organization''s rules (p_rules with p_terms: those instead) would do at p_as_of with the facts known at revision p_known (null: now), about its campaigns (p_campaign_ids: some), or about an event (p_event): a row for each rule that holds. gate is null where it would act, else the code of the first gate that holds it back (see rule_gates). confidence_score: probability in percent. Changes nothing.';
grant execute on function trimtab.decide(uuid, timestamptz, bigint, jsonb, uuid[], trimtab.automation_rules[], trimtab.rule_terms[]) to trimtab_user, trimtab_engine, trimtab_definer;
