create or replace function trimtab.plan_actions(
  p_org_id uuid,
  p_matches trimtab.rule_match[],
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null,
  p_rules trimtab.automation_rules[] default null
)
  returns table (
    place bigint,
    actions jsonb,
    action_type text,
    raises boolean,
    previous_budget numeric,
    new_budget numeric,
    code text,
    code_reason text
  )
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
  v_rules trimtab.automation_rules[] := coalesce(p_rules, array(
    select r from trimtab.automation_rules r
    where r.org_id = p_org_id and r.id in (select m.rule_id from unnest(p_matches) m)));
  v_organization trimtab.organizations;
  v_guardrails trimtab.guardrails;
  v_today date;
begin
  select o.* into v_organization from trimtab.organizations o where o.org_id = p_org_id;
  select g.* into v_guardrails from trimtab.guardrails g where g.org_id = p_org_id;
  v_today := (p_as_of at time zone v_organization.time_zone)::date;

  return query
  with action as materialized (
    select m.place, m.campaign_id, a.action_place, a.action, a.action ->> 'type' as type,
           (a.action ->> 'value')::numeric as value, (a.action ->> 'floor')::numeric as floor,
           (a.action ->> 'ceiling')::numeric as ceiling, (a.action ->> 'max_step_percent')::numeric as step,
           (a.action ->> 'target')::numeric as target, v.changes
    from unnest(p_matches) with ordinality m (rule_id, campaign_id, term, found, facts_end_at, facts_revision, place)
    join unnest(v_rules) r on r.id = m.rule_id
    cross join lateral jsonb_array_elements(r.document -> 'actions') with ordinality a (action, action_place)
    join trimtab.rule_vocabulary v on v.kind = 'action' and v.code = a.action ->> 'type'
  ), campaign as (
    select c.*, coalesce(c.budget, c.daily_budget) as main_budget,
           case when c.currency = v_organization.currency then 1
                else trimtab.exchange_rate(v_organization.currency, c.currency, v_today) end as rate
    from trimtab.campaigns_at(
      p_org_id, p_as_of, array(select distinct a.campaign_id from action a where a.changes <> 'nothing' and a.campaign_id is not null)) c
  ), signal as (
    select s.campaign_id, s.signals
    from trimtab.signals_at(
      p_org_id, p_as_of, p_known, array(select distinct a.campaign_id from action a where a.target is not null and a.campaign_id is not null)) s
    where exists (select from action a where a.target is not null)
  ), room as (
    select e.campaign_id, e.max_budget, e.max_daily_budget, e.code, e.reason
    from trimtab.envelope_room(
      p_org_id,
      array(select distinct a.campaign_id from action a where a.changes in ('budget', 'status', 'proposed') and a.campaign_id is not null),
      p_as_of) e
  ), day_before as (
    -- What budget and bid were before the automatic rises of the last 24 hours.
    select h.campaign_id,
           (array_agg(coalesce(h.previous_state ->> 'budget', h.previous_state ->> 'daily_budget')::numeric order by h.number)
             filter (where h.action_type = 'auto_scale_up'))[1] as budget,
           (array_agg((h.previous_state ->> 'bid')::numeric order by h.number) filter (where h.action_type = 'bid_adjusted'))[1] as bid
    from trimtab.campaign_changes h
    where h.org_id = p_org_id and h.is_automated
      and (h.action_type = 'auto_scale_up'
        or h.action_type = 'bid_adjusted' and (h.new_state ->> 'bid')::numeric > (h.previous_state ->> 'bid')::numeric)
      and h.executed_at > p_as_of - interval '24 hours' and h.executed_at <= p_as_of
      and (h.status = 'executed' or h.rolled_back_at > p_as_of)
      and h.campaign_id in (select a.campaign_id from action a)
    group by h.campaign_id
  ), paused_by as (
    -- Who decided last that a campaign stands still.
    select t.campaign_id, h.origin = 'rule' and (h.status = 'executed' or h.rolled_back_at > p_as_of) as is_rule
    from (select distinct a.campaign_id from action a where a.type = 'resume_campaign' and a.campaign_id is not null) t
    cross join lateral (
      select l.origin, l.status, l.rolled_back_at
      from trimtab.campaign_changes l
      where l.org_id = p_org_id and l.campaign_id = t.campaign_id
        and l.status in ('executed', 'rolled_back') and l.executed_at <= p_as_of
        and l.previous_state ->> 'status' <> l.new_state ->> 'status'
      order by l.number desc
      limit 1
    ) h
  ), wanted as materialized (
    -- Materialized, this and the next: expressions written into one another take longer to plan than all of it to run.
    select a.*, c.status as campaign_status, c.currency, c.rate, c.bid, c.budget, c.daily_budget, c.main_budget, case a.type when 'adjust_bid' then d.bid else d.budget end as a_day_ago,
           e.max_budget, e.max_daily_budget, e.code as room_code, e.reason as room_reason,
           case a.type when 'adjust_bid' then c.bid when 'adjust_budget' then c.main_budget end as present,
           case a.action ->> 'change'
             when 'percent' then case a.type when 'adjust_bid' then c.bid else c.main_budget end * (1 + a.value / 100)
             when 'absolute' then case a.type when 'adjust_bid' then c.bid else c.main_budget end + a.value * c.rate
             when 'to' then a.value * c.rate
             when 'ratio' then case a.type when 'adjust_bid' then c.bid else c.main_budget end * t.ratio
           end as amount
    from action a
    left join campaign c on c.campaign_id = a.campaign_id
    left join signal s on s.campaign_id = a.campaign_id
    left join room e on e.campaign_id = a.campaign_id
    left join day_before d on d.campaign_id = a.campaign_id
    left join lateral (
      select case x.direction when 'down' then a.target / nullif(k.actual, 0) else k.actual / nullif(a.target, 0) end as ratio
      from trimtab.metrics named
      join trimtab.metrics x on x.code = coalesce(named.same_as, named.code)
      cross join lateral (
        select s.signals[trimtab.signal_position(x.code, coalesce(a.action ->> 'window', 'lifetime'))] as actual
      ) k
      where named.code = a.action ->> 'metric'
    ) t on a.target is not null
  ), bounded as materialized (
    -- A rise is bounded by what the action, the guardrails and the envelope allow; a fall by what the action allows.
    select w.*,
      case
        when w.amount > w.present then least(
          w.amount, w.ceiling * w.rate, w.present * (1 + w.step / 100),
          w.present * (1 + v_guardrails.max_budget_step_percent / 100),
          coalesce(w.a_day_ago, w.present) * (1 + v_guardrails.max_daily_budget_step_percent / 100))
        when w.amount < w.present then greatest(w.amount, w.floor * w.rate, w.present * (1 - w.step / 100), 0)
        else w.amount
      end as allowed
    from wanted w
  ), split as materialized (
    select b.*,
      case when b.type = 'adjust_budget' and b.amount > b.present then
        least(b.allowed, case when b.budget is null then b.max_daily_budget else b.max_budget end,
          -- The daily budget beside it rises in the same ratio, and has a cap of its own.
          case when b.budget > 0 and b.daily_budget > 0 then b.max_daily_budget * b.budget / b.daily_budget end)
        else b.allowed end as within
    from bounded b
  ), rounded as materialized (
    -- Rises are cut, falls are raised to the smallest unit: neither goes beyond what was allowed.
    select s.*, case when s.amount < s.present then trimtab.round_up_money(s.within, s.currency)
                     else trimtab.round_down_money(s.within, s.currency) end as new_amount
    from split s
  ), judged as materialized (
    select r.*, o.proposed, o.suggested_action,
      case
        when r.changes not in ('budget', 'bid', 'status', 'proposed') or r.campaign_id is null then null
        when r.type = 'resume_campaign' and r.campaign_status <> 'paused' then 'nothing_to_do'
        when r.type = 'resume_campaign' and (r.action ->> 'only_paused_by_rules')::boolean is not false
          and (select p.is_rule from paused_by p where p.campaign_id = r.campaign_id) is not true then 'not_by_rule'
        when r.type = 'implement_recommendation' and (o.proposed in ('pause_campaign', 'adjust_budget')) is not true then 'nothing_to_do'
        when r.type = 'resume_campaign' and (r.room_code is not null or r.budget > r.max_budget or r.daily_budget > r.max_daily_budget)
          then coalesce(r.room_code, 'envelope')
        when r.type not in ('adjust_budget', 'adjust_bid') then null
        when r.present is null or r.present = 0 and r.action ->> 'change' in ('percent', 'ratio') then
          case r.type when 'adjust_bid' then 'no_bid' else 'no_budget' end
        when r.rate is null then 'no_rate'
        when r.amount is null then 'no_evidence'
        when r.type = 'adjust_budget' and r.amount > r.present and r.room_code is not null then r.room_code
        when r.amount > r.present and r.new_amount <= r.present then
          case when trimtab.round_down_money(r.allowed, r.currency) > r.present then 'envelope' else 'at_cap' end
        when r.amount < r.present and (r.new_amount >= r.present or r.new_amount <= 0) then 'at_cap'
        when r.new_amount = r.present then 'at_cap'
      end as code
    from rounded r
    left join lateral (
      select x.proposed_action ->> 'action' as proposed, x.suggested_action
      from trimtab.recommended_opportunity(p_org_id, r.campaign_id, r.action) x
      -- Here, so that it is not called for the others.
      where r.type = 'implement_recommendation'
    ) o on true
  ), worded as (
    select j.*,
      case j.code
        when 'nothing_to_do' then case
          when j.type = 'resume_campaign' then format('The campaign is %s.', j.campaign_status)
          when j.suggested_action is null then 'It has no open opportunity of the kind.'
          else format('Its opportunity is for people: %s', j.suggested_action) end
        when 'not_by_rule' then 'It was not a rule that paused the campaign last.'
        when 'no_budget' then 'The campaign has no budget to change.'
        when 'no_bid' then 'The campaign has no bid to change.'
        when 'no_rate' then coalesce(j.room_reason, format('There is no exchange rate from %s to %s.', v_organization.currency, j.currency))
        when 'no_evidence' then format('%s of %s is not known.', j.action ->> 'metric', coalesce(j.action ->> 'window', 'lifetime'))
        when 'at_cap' then case
          when j.amount > j.present then format('%s %s may not rise: ceiling %s %s, at most %s %% a step and %s %% within 24 hours.',
            trim_scale(j.present), j.currency, coalesce(trim_scale(j.ceiling)::text, 'none'), v_organization.currency,
            least(j.step, v_guardrails.max_budget_step_percent), v_guardrails.max_daily_budget_step_percent)
          when j.amount < j.present and j.new_amount <= 0 then format('Of %s %s nothing would be left: give a floor, or pause the campaign.',
            trim_scale(j.present), j.currency)
          when j.amount < j.present then format('%s %s may not fall: floor %s %s.',
            trim_scale(j.present), j.currency, coalesce(trim_scale(j.floor)::text, 'none'), v_organization.currency)
          else format('%s %s is what the rule asks for already.', trim_scale(j.present), j.currency) end
        else coalesce(j.room_reason, 'A spend cap leaves no room.')
      end as code_reason,
      case
        when j.type = 'adjust_budget' and j.code is null and j.campaign_id is not null then jsonb_build_object('plan', jsonb_strip_nulls(jsonb_build_object(
          'from', j.present, 'wanted', round(j.amount, 4),
          'budget', case when j.budget is not null then j.new_amount end,
          'daily_budget', case when j.budget is null then j.new_amount
            when j.daily_budget is not null and j.budget > 0 then case
              when j.new_amount > j.budget then greatest(j.daily_budget, trimtab.round_down_money(j.daily_budget * j.new_amount / j.budget, j.currency))
              else trimtab.round_down_money(j.daily_budget * j.new_amount / j.budget, j.currency) end
            else j.daily_budget end,
          'currency', j.currency)))
        when j.type = 'adjust_bid' and j.code is null and j.campaign_id is not null then jsonb_build_object('plan', jsonb_build_object(
          'from', j.present, 'wanted', round(j.amount, 4), 'bid', j.new_amount, 'currency', j.currency))
        else '{}'
      end as plan
    from judged j
  )
  select w.place,
    jsonb_agg(w.action || w.plan order by w.action_place),
    (array_agg(case w.type
        when 'pause_campaign' then 'auto_pause'
        when 'resume_campaign' then 'status_changed'
        when 'adjust_budget' then case when w.amount < w.present then 'auto_scale_down' else 'auto_scale_up' end
        when 'adjust_bid' then 'bid_adjusted'
        when 'implement_recommendation' then 'optimization_applied'
        else w.type
      end order by w.changes = 'nothing', w.action_place))[1],
    bool_or(w.type = 'resume_campaign' or w.changes in ('budget', 'bid') and w.amount > w.present),
    (array_agg(w.present order by w.action_place) filter (where w.type = 'adjust_budget'))[1],
    (array_agg(w.new_amount order by w.action_place) filter (where w.type = 'adjust_budget'))[1],
    (array_agg(w.code order by w.action_place) filter (where w.code is not null))[1],
    (array_agg(w.code_reason order by w.action_place) filter (where w.code is not null))[1]
  from worded w
  group by w.place;
end
$$;
comment on function trimtab.plan_actions(uuid, trimtab.rule_match[], timestamptz, bigint, trimtab.automation_rules[]) is
  'What the actions of each match (place: position in p_matches) amount to: actions with the new amounts as plan {from, wanted, budget, daily_budget or bid, currency} in the campaign''s currency, cut to its smallest unit; action_type as the ledger will call the first one that changes the campaign; raises: it would spend more; code: why an amount cannot be (nothing_to_do, not_by_rule, no_budget, no_bid, no_rate, no_evidence, at_cap, envelope or what envelope_room() says). Rises are bounded by the action''s ceiling and step, the guardrails'' steps (at once and within 24 hours, for bids too) and the envelope; falls by floor and step. The ratio to a target: present × actual ÷ target, for metrics where less is better × target ÷ actual.';
grant execute on function trimtab.plan_actions(uuid, trimtab.rule_match[], timestamptz, bigint, trimtab.automation_rules[]) to trimtab_user, trimtab_engine, trimtab_definer;
