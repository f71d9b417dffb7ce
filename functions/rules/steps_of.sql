create or replace function trimtab.steps_of(
  p_org_id uuid,
  p_rule trimtab.automation_rules,
  p_actions jsonb,
  p_campaign_id uuid,
  p_event jsonb,
  p_as_of timestamptz default trimtab.clock(),
  p_execution_id uuid default null
)
  returns table (
    place integer,
    action jsonb,
    changes text,
    campaign_id uuid,
    campaign_title text,
    gate text,
    gate_reason text
  )
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_guardrails trimtab.guardrails;
begin
  if p_campaign_id is not null then
    return query
    select (a.item ->> 'place')::integer, a.item -> 'action', coalesce(v.changes, 'nothing'), p_campaign_id, c.title, null::text, null::text
    from jsonb_array_elements(p_actions) a (item)
    left join trimtab.rule_vocabulary v on v.kind = 'action' and v.code = a.item #>> '{action,type}'
    left join trimtab.campaigns c on c.org_id = p_org_id and c.id = p_campaign_id
    order by 1;
    return;
  end if;

  -- An event alone: what concerns campaigns is done to each one in the rule's scope, the rest once. Gates that ask for a
  -- campaign could not be asked when the rule was decided; they are asked here.
  select g.* into v_guardrails from trimtab.guardrails g where g.org_id = p_org_id;
  return query
  with listed as materialized (
    select (a.item ->> 'place')::integer as place, a.item -> 'action' as action, a.item #>> '{action,type}' as type,
           coalesce(v.changes, 'nothing') as changes,
           coalesce(v.changes, 'nothing') <> 'nothing' or a.item #>> '{action,type}' in ('tag_entity', 'acknowledge_anomaly') as concerns_campaigns
    from jsonb_array_elements(p_actions) a (item)
    left join trimtab.rule_vocabulary v on v.kind = 'action' and v.code = a.item #>> '{action,type}'
  ), target as materialized (
    select t.*, row_number() over (order by t.title, t.campaign_id) as number
    from trimtab.event_targets(p_org_id, p_rule, p_event, p_as_of) t
    where exists (select from listed l where l.concerns_campaigns)
  ), plan as (
    select p.place as number, p.actions, p.code, p.code_reason
    from trimtab.plan_actions(
      p_org_id,
      array(select row(p_rule.id, t.campaign_id, null, null, null, null)::trimtab.rule_match from target t order by t.number),
      p_as_of, null, array[p_rule]) p
    where exists (select from target) and exists (select from listed l where l.changes in ('status', 'budget', 'bid', 'proposed'))
  ), other as materialized (
    select e.id::text as execution_id, r.name
    from trimtab.automation_rules r
    join trimtab.automation_executions e on e.org_id = p_org_id and e.rule_id = r.id and e.event_id = (p_event ->> 'id')::bigint
    where r.org_id = p_org_id and r.event_type = p_event ->> 'type' and r.id <> p_rule.id
  ), history as (
    select h.campaign_id,
           greatest(
             max(h.rolled_back_at) filter (where h.rolled_back_at <= p_as_of),
             max(h.executed_at) filter (where h.origin = 'rollback'
               or (h.origin in ('person', 'operator') and h.new_state ->> 'status' = 'active'
                 and h.previous_state ->> 'status' not in ('active', 'draft')))) as let_go_at,
           max(h.executed_at) filter (where h.stands and h.rule_id = p_rule.id and not h.is_own) as acted_at,
           max(h.rule_name) filter (where h.stands) as winner,
           max(h.executed_at) filter (where h.stands and h.action_type in ('auto_scale_up', 'auto_scale_down') and h.is_automated and not h.is_own) as scaled_at,
           max(h.executed_at) filter (where h.stands and h.origin = 'rule' and h.action_type = 'auto_pause') as paused_at,
           max(h.executed_at) filter (where h.stands and h.origin = 'rule' and h.new_state ->> 'status' = 'active'
             and h.previous_state ->> 'status' <> 'active') as resumed_at,
           max(h.executed_at) filter (where h.stands and h.origin = 'rule' and h.action_type = 'auto_scale_up') as raised_at,
           max(h.executed_at) filter (where h.stands and h.origin = 'rule' and h.action_type = 'auto_scale_down') as lowered_at
    from (
      select l.*, l.rolled_back_at is null or l.rolled_back_at > p_as_of as stands,
             l.evidence ->> 'execution_id' is not distinct from p_execution_id::text and p_execution_id is not null as is_own,
             o.name as rule_name
      from trimtab.campaign_changes l
      -- Another rule that changed it for this very event: rules come in the order of their priority.
      left join other o on o.execution_id = l.evidence ->> 'execution_id'
      where l.org_id = p_org_id and l.campaign_id in (select t.campaign_id from target t)
        and l.status in ('executed', 'rolled_back') and l.executed_at <= p_as_of
    ) h
    group by h.campaign_id
  ), freshness as (
    select s.campaign_id, extract(epoch from p_as_of - s.facts_end_at) / 3600 as facts_age,
           extract(epoch from p_as_of - max(s.facts_end_at) over ()) / 3600 as least_age
    from trimtab.signals_at(p_org_id, p_as_of) s
    where exists (select from target) and exists (select from listed l where l.changes in ('status', 'budget', 'bid', 'proposed'))
  ), step as (
    select l.place, l.type, l.changes, t.campaign_id, t.title, t.number,
           case when l.changes in ('budget', 'bid') then coalesce(p.actions -> l.place - 1, l.action) else l.action end as action,
           t.autonomous_enabled, h.winner, h.let_go_at, h.acted_at, h.scaled_at, p.code, p.code_reason,
           case when l.type = 'resume_campaign' then f.least_age else f.facts_age end as facts_age,
           case
             when l.type = 'resume_campaign' then true
             when l.changes in ('budget', 'bid') then x.amount > (p.actions -> l.place - 1 #>> '{plan,from}')::numeric
           end as raises,
           case
             when l.type = 'pause_campaign' then h.resumed_at
             when l.type = 'resume_campaign' then h.paused_at
             when l.type <> 'adjust_budget' then null
             when x.amount > (p.actions -> l.place - 1 #>> '{plan,from}')::numeric then h.lowered_at
             else h.raised_at
           end as turned_at
    from listed l
    join target t on l.concerns_campaigns
      -- What cannot be done to a campaign as it is was not meant for it.
      and case when l.type = 'resume_campaign' then t.status = 'paused'
               when l.changes <> 'nothing' then t.status = 'active' else true end
    left join plan p on p.number = t.number
    left join history h on h.campaign_id = t.campaign_id
    left join freshness f on f.campaign_id = t.campaign_id
    left join lateral (
      select coalesce(a.plan ->> 'budget', a.plan ->> 'daily_budget', a.plan ->> 'bid')::numeric as amount
      from (select p.actions -> l.place - 1 -> 'plan' as plan) a
    ) x on true
  ), gated as (
    select s.*,
      case
        when s.changes = 'nothing' then null
        when s.winner is not null then 'lower_priority'
        when not s.autonomous_enabled then 'opted_out'
        when s.raises and (s.facts_age is null or s.facts_age > v_guardrails.max_facts_age_hours) then 'stale_facts'
        when s.let_go_at > p_as_of - v_guardrails.cool_off_hours * interval '1 hour' then 'cool_off'
        when not p_rule.judges_calendar and s.turned_at > p_as_of - v_guardrails.reversal_hours * interval '1 hour' then 'reversal'
        when s.acted_at > p_as_of - p_rule.campaign_cooldown_minutes * interval '1 minute'
          or s.changes = 'budget' and not p_rule.judges_calendar
            and s.scaled_at > p_as_of - v_guardrails.budget_cooldown_hours * interval '1 hour' then 'cooldown'
        when s.changes in ('budget', 'bid', 'proposed') or s.type = 'resume_campaign' then s.code
      end as gate
    from step s
  ), shared as (
    select s.*,
      case when s.gate is null and s.type = 'pause_campaign'
             and row_number() over (partition by s.type, s.gate order by s.number) > (select trimtab.pauses_allowed(p_org_id, p_as_of))
        then 'pause_share' else s.gate end as final_gate
    from gated s
  )
  select s.place, s.action, s.changes, s.campaign_id, s.title, s.final_gate,
         case s.final_gate
           when 'lower_priority' then format('%s has a higher priority.', s.winner)
           when 'opted_out' then 'The campaign has autonomous_enabled = false.'
           when 'cool_off' then format('A person resumed it or an action was taken back at %s; it is left alone for %s hours.',
             s.let_go_at, v_guardrails.cool_off_hours)
           when 'stale_facts' then format('The facts are %s hours old; allowed are %s.',
             coalesce(round(s.facts_age, 1)::text, 'infinitely many'), v_guardrails.max_facts_age_hours)
           when 'reversal' then format('Automation did the opposite at %s; that stands for %s hours.', s.turned_at, v_guardrails.reversal_hours)
           when 'cooldown' then case
             when s.acted_at > p_as_of - p_rule.campaign_cooldown_minutes * interval '1 minute'
               then format('The rule changed this campaign at %s; its cooldown is %s minutes.', s.acted_at, p_rule.campaign_cooldown_minutes)
             else format('The budget was changed at %s; the next change may come after %s hours.', s.scaled_at, v_guardrails.budget_cooldown_hours) end
           when 'pause_share' then format('At most %s %% of the campaigns may be paused within 24 hours.', v_guardrails.max_pause_share_percent)
           else s.code_reason
         end
  from shared s
  union all
  select l.place, l.action, l.changes, null, null, null, null
  from listed l
  where not l.concerns_campaigns
  order by 1, 5, 4;
end
$$;
comment on function trimtab.steps_of(uuid, trimtab.automation_rules, jsonb, uuid, jsonb, timestamptz, uuid) is
  'What a decision comes to, step by step: p_actions [{place, action}] for its campaign (p_campaign_id), or, for an event alone, what concerns campaigns once for each of event_targets(), with amounts planned and the gates that ask for a campaign (gate, gate_reason: it is held back), and the rest once with campaign_id null. p_execution_id: what this execution did before starts no cooldown. An action that finds no campaign has no row.';
grant execute on function trimtab.steps_of(uuid, trimtab.automation_rules, jsonb, uuid, jsonb, timestamptz, uuid) to trimtab_definer;
