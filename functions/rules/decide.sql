create or replace function trimtab.decide(
  p_org_id uuid,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (
    rule_id uuid,
    rule_name text,
    rule_version integer,
    priority integer,
    campaign_id uuid,
    campaign_title text,
    action_type text,
    gate text,
    gate_reason text,
    confidence_score numeric,
    previous_budget numeric,
    new_budget numeric,
    currency text,
    reason text,
    evidence jsonb
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_matches trimtab.rule_match[] := array(select m from trimtab.match_rules(p_org_id, p_as_of, p_known) m);
  v_organization trimtab.organizations;
  v_guardrails trimtab.guardrails;
  v_windows integer;
  v_today date;
begin
  if cardinality(v_matches) = 0 then
    return;
  end if;
  select o.* into v_organization from trimtab.organizations o where o.org_id = p_org_id;
  select g.* into v_guardrails from trimtab.guardrails g where g.org_id = p_org_id;
  select count(*) into v_windows from trimtab.metric_windows;
  v_today := (p_as_of at time zone v_organization.time_zone)::date;

  return query
  with matched as materialized (
    select m.rule_id, m.campaign_id, m.found, m.facts_end_at, m.facts_revision, m.place,
           r.name as rule_name, r.version, r.priority, r.condition, r.action, r.bounds[1] as bounds,
           case r.rule_type when 'pause' then 'auto_pause' else 'auto_scale_up' end as action_type,
           coalesce(w.code, 'now') as window, coalesce(x.code, r.condition ->> 'metric') as metric,
           -- Of several rules for a campaign the highest priority wins; the name breaks a tie, so that it is always the same one.
           row_number() over (partition by m.campaign_id order by r.priority desc, r.name) as rank,
           first_value(r.name) over (partition by m.campaign_id order by r.priority desc, r.name) as winner
    from unnest(v_matches) with ordinality m (rule_id, campaign_id, found, facts_end_at, facts_revision, place)
    join trimtab.automation_rules r on r.org_id = p_org_id and r.id = m.rule_id
    left join trimtab.metrics x on x.position = (r.signal_positions[1] - 1) / v_windows + 1 and r.signal_positions[1] > 0
    left join trimtab.metric_windows w on w.position = (r.signal_positions[1] - 1) % v_windows + 1 and r.signal_positions[1] > 0
  ), asked as (
    select array_agg(m.campaign_id order by m.place) as campaigns, array_agg(m.metric order by m.place) as metrics,
           array_agg(m.window order by m.place) as windows,
           array_agg(lower(m.bounds) order by m.place) as lowers, array_agg(upper(m.bounds) order by m.place) as uppers
    from matched m
  ), confidence as (
    select k.ordinality as place, round((k.confidence * 100)::numeric, 2) as score
    from asked a
    cross join lateral trimtab.confidence_of(
      p_org_id, a.campaigns, a.metrics, a.windows, a.lowers, a.uppers, p_as_of, p_known) k
  ), ledger as (
    -- The ledger as it stood at p_as_of: what was taken back later was still in force then.
    select h.campaign_id, h.executed_at, h.action_type, h.origin, h.previous_state, h.new_state, h.evidence,
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
           max(h.executed_at) filter (where h.action_type = 'auto_scale_up' and h.rolled_back_at is null) as scaled_at,
           max((h.evidence ->> 'facts_revision')::bigint) filter (where h.origin = 'rule') as acted_on_revision,
           (array_agg(coalesce(h.previous_state ->> 'budget', h.previous_state ->> 'daily_budget') order by h.executed_at)
             filter (where h.action_type = 'auto_scale_up' and h.rolled_back_at is null
               and h.executed_at > p_as_of - interval '24 hours'))[1] as budget_a_day_ago
    from ledger h
    group by h.campaign_id
  ), amounts as (
    select m.*, c.title, c.currency, c.autonomous_enabled, k.score,
           coalesce(c.budget, c.daily_budget) as budget,
           h.let_go_at, h.scaled_at, h.acted_on_revision,
           extract(epoch from p_as_of - m.facts_end_at) / 3600 as facts_age,
           greatest((m.condition ->> 'min_confidence')::numeric, v_guardrails.min_confidence_percent) as least_confidence,
           e.rate,
           coalesce(c.budget, c.daily_budget) * (m.action ->> 'multiplier')::numeric as wanted,
           (m.action ->> 'max_budget')::numeric as max_budget,
           trimtab.round_down_money(least(
             coalesce(c.budget, c.daily_budget) * (m.action ->> 'multiplier')::numeric,
             (m.action ->> 'max_budget')::numeric * e.rate,
             coalesce(c.budget, c.daily_budget) * (1 + v_guardrails.max_budget_step_percent / 100),
             coalesce(h.budget_a_day_ago::numeric, c.budget, c.daily_budget) * (1 + v_guardrails.max_daily_budget_step_percent / 100)
           ), c.currency) as new_budget
    from matched m
    join trimtab.campaigns_at(p_org_id, p_as_of) c on c.campaign_id = m.campaign_id
    left join confidence k on k.place = m.place
    left join history h on h.campaign_id = m.campaign_id
    left join lateral (
      select case when c.currency = v_organization.currency then 1
                  else trimtab.exchange_rate(v_organization.currency, c.currency, v_today) end as rate
    ) e on m.action_type = 'auto_scale_up'
  ), gated as (
    select a.*,
      case
        when a.rank > 1 then 'lower_priority'
        when v_guardrails.autopilot_enabled is not true then 'switched_off'
        when not a.autonomous_enabled then 'opted_out'
        when a.facts_age is null or a.facts_age > v_guardrails.max_facts_age_hours then 'stale_facts'
        when a.score is null then 'no_evidence'
        when a.score < a.least_confidence then 'low_confidence'
        when a.let_go_at > p_as_of - v_guardrails.cool_off_hours * interval '1 hour' then 'cool_off'
        when a.acted_on_revision >= a.facts_revision then 'same_facts'
        when a.action_type = 'auto_pause' then null
        when a.scaled_at > p_as_of - v_guardrails.budget_cooldown_hours * interval '1 hour' then 'cooldown'
        when coalesce(a.budget, 0) = 0 then 'no_budget'
        when a.rate is null then 'no_rate'
        when a.new_budget <= a.budget then 'at_cap'
      end as gate
    from amounts a
  ), pauses as (
    -- Within 24 hours, so that hourly runs do not add up to more than one of them may do.
    select greatest(sign(v_guardrails.max_pause_share_percent), floor(v_guardrails.max_pause_share_percent / 100 * (
             (select count(*) from trimtab.campaigns_at(p_org_id, p_as_of) c where c.status = 'active') + count(*))))
           - count(*) as allowed
    from trimtab.campaign_changes h
    where h.org_id = p_org_id and h.action_type = 'auto_pause' and h.origin = 'rule'
      and (h.status = 'executed' or h.rolled_back_at > p_as_of)
      and h.executed_at > p_as_of - interval '24 hours' and h.executed_at <= p_as_of
  ), shared as (
    select g.*,
      case when g.gate is null and g.action_type = 'auto_pause'
             and row_number() over (partition by g.action_type, g.gate order by g.priority desc, g.score desc, g.campaign_id)
                 > (select p.allowed from pauses p)
        then 'pause_share' else g.gate end as final_gate
    from gated g
  )
  select s.rule_id, s.rule_name, s.version, s.priority, s.campaign_id, s.title, s.action_type, s.final_gate,
    case s.final_gate
      when 'lower_priority' then format('%s has a higher priority.', s.winner)
      when 'switched_off' then 'The autopilot is switched off (guardrails.autopilot_enabled).'
      when 'opted_out' then 'The campaign has autonomous_enabled = false.'
      when 'stale_facts' then format('The facts are %s hours old; allowed are %s.', round(s.facts_age, 1), v_guardrails.max_facts_age_hours)
      when 'no_evidence' then 'There are no data from which a probability could be computed.'
      when 'low_confidence' then format('The probability is %s %%; asked for is %s %%.', s.score, s.least_confidence)
      when 'cool_off' then format('A person resumed it or an action was taken back at %s; it is left alone for %s hours.',
        s.let_go_at, v_guardrails.cool_off_hours)
      when 'same_facts' then 'No newer facts have come in since the last action.'
      when 'cooldown' then format('The budget was changed at %s; the next change may come after %s hours.', s.scaled_at, v_guardrails.budget_cooldown_hours)
      when 'no_budget' then 'The campaign has no budget to scale.'
      when 'no_rate' then format('There is no exchange rate from %s to %s.', v_organization.currency, s.currency)
      when 'at_cap' then format('The budget of %s %s may not rise: max_budget %s %s, at most %s %% a step and %s %% a day.',
        trim_scale(s.budget), s.currency, coalesce(trim_scale(s.max_budget)::text, 'none'), v_organization.currency,
        v_guardrails.max_budget_step_percent, v_guardrails.max_daily_budget_step_percent)
      when 'pause_share' then format('At most %s %% of the campaigns may be paused within 24 hours.', v_guardrails.max_pause_share_percent)
    end,
    s.score, s.budget, case when s.action_type = 'auto_scale_up' then s.new_budget end, s.currency::text,
    format('%s: %s %s %s is %s (rule: %s %s)%s.', s.rule_name, s.condition ->> 'metric',
      case when s.window = 'now' then '' else 'of' end, s.window, trim_scale(round(s.found[1], 4)),
      s.condition ->> 'operator', s.condition ->> 'threshold',
      coalesce((
        select string_agg(format(', %s %s (rule: at least %s)', l.label, trim_scale(round(s.found[l.place], 2)), l.least), '' order by l.place)
        from (
          select 1 + row_number() over (order by o.place) as place, o.label, s.condition ->> o.name as least
          from (values (2, 'min_spend', 'spend'), (3, 'min_conversions', 'conversions'), (4, 'min_duration_hours', 'hours running')) o (place, name, label)
          where s.condition ? o.name
        ) l), '')),
    jsonb_build_object(
      'as_of', p_as_of, 'known', coalesce(p_known, v_organization.knowledge_revision),
      'facts_revision', s.facts_revision, 'facts_end_at', s.facts_end_at,
      'condition', s.condition, 'found', to_jsonb(s.found), 'window', s.window, 'action', s.action,
      'wanted_budget', s.wanted)
  from shared s
  order by s.priority desc, s.score desc nulls last, s.title, s.campaign_id;
end
$$;
comment on function trimtab.decide(uuid, timestamptz, bigint) is
  'What the organization''s rules would do at p_as_of with the facts known at revision p_known (null: now): a row for each rule that holds for a campaign; gate is null where it would act, else the code of what holds it back (see held_decisions.code). confidence_score: probability in percent. Budgets in currency (the campaign''s). Changes nothing.';
grant execute on function trimtab.decide(uuid, timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
