create or replace function trimtab.steps_of(
  p_org_id uuid,
  p_rule trimtab.automation_rules,
  p_actions jsonb,
  p_campaign_id uuid,
  p_event jsonb,
  p_as_of timestamptz default trimtab.clock()
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
    where exists (select from target) and exists (select from listed l where l.changes in ('status', 'budget', 'bid'))
  ), history as (
    select h.campaign_id,
           greatest(
             max(h.rolled_back_at) filter (where h.rolled_back_at <= p_as_of),
             max(h.executed_at) filter (where h.origin = 'rollback'
               or (h.origin in ('person', 'operator') and h.new_state ->> 'status' = 'active'
                 and h.previous_state ->> 'status' not in ('active', 'draft')))) as let_go_at
    from trimtab.campaign_changes h
    where h.org_id = p_org_id and h.campaign_id in (select t.campaign_id from target t)
      and h.status in ('executed', 'rolled_back') and h.executed_at <= p_as_of
    group by h.campaign_id
  ), step as (
    select l.place, l.type, l.changes, t.campaign_id, t.title, t.number,
           case when l.changes in ('budget', 'bid') then coalesce(p.actions -> l.place - 1, l.action) else l.action end as action,
           h.let_go_at, p.code_reason,
           case
             when l.changes = 'nothing' then null
             when not t.autonomous_enabled then 'opted_out'
             when h.let_go_at > p_as_of - v_guardrails.cool_off_hours * interval '1 hour' then 'cool_off'
             when l.changes in ('budget', 'bid') or l.type = 'resume_campaign' then p.code
           end as gate
    from listed l
    join target t on l.concerns_campaigns
      -- What cannot be done to a campaign as it is was not meant for it.
      and case when l.type = 'resume_campaign' then t.status = 'paused'
               when l.changes <> 'nothing' then t.status = 'active' else true end
    left join plan p on p.number = t.number
    left join history h on h.campaign_id = t.campaign_id
  ), shared as (
    select s.*,
      case when s.gate is null and s.type = 'pause_campaign'
             and row_number() over (partition by s.type, s.gate order by s.number) > trimtab.pauses_allowed(p_org_id, p_as_of)
        then 'pause_share' else s.gate end as final_gate
    from step s
  )
  select s.place, s.action, s.changes, s.campaign_id, s.title, s.final_gate,
         case s.final_gate
           when 'opted_out' then 'The campaign has autonomous_enabled = false.'
           when 'cool_off' then format('A person resumed it or an action was taken back at %s; it is left alone for %s hours.',
             s.let_go_at, v_guardrails.cool_off_hours)
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
comment on function trimtab.steps_of(uuid, trimtab.automation_rules, jsonb, uuid, jsonb, timestamptz) is
  'What a decision comes to, step by step: p_actions [{place, action}] for its campaign (p_campaign_id), or, for an event alone, what concerns campaigns once for each of event_targets(), with amounts planned and the gates that ask for a campaign (gate, gate_reason: it is held back), and the rest once with campaign_id null. An action that finds no campaign has no row.';
grant execute on function trimtab.steps_of(uuid, trimtab.automation_rules, jsonb, uuid, jsonb, timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
