create or replace function trimtab.carry_out_actions(
  p_org_id uuid,
  p_rule trimtab.automation_rules,
  p_actions jsonb,
  p_campaign_id uuid,
  p_event jsonb,
  p_context jsonb,
  p_as_of timestamptz
)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_currency text := (select o.currency from trimtab.organizations o where o.org_id = p_org_id);
  v_stops boolean := coalesce(p_rule.document ->> 'execution', 'in_order') = 'in_order'
    and coalesce((p_rule.document ->> 'stop_on_error')::boolean, true);
  v_steps record;
  v_targets uuid[];
  v_context jsonb;
  v_impact text;
  v_expected jsonb;
  v_done record;
  v_has_failed boolean := false;
  v_failed_place integer;
  v_elements jsonb[] := '{}';
begin
  if p_campaign_id is null then
    v_targets := array(select distinct s.campaign_id
      from trimtab.steps_of(p_org_id, p_rule, p_actions, null, p_event, p_as_of, (p_context ->> 'execution_id')::uuid) s
      where s.campaign_id is not null and s.gate is null);
  end if;
  -- One after the other: the order is the rule's, and what fails may end it.
  for v_steps in
    select s.* from trimtab.steps_of(p_org_id, p_rule, p_actions, p_campaign_id, p_event, p_as_of, (p_context ->> 'execution_id')::uuid) s
  loop
    v_done := null;
    v_context := null;
    if v_stops and v_has_failed and v_failed_place < v_steps.place then
      select 'skipped' as status, null::jsonb as result, null::text as error_code, 'An action before it failed.' as error_message into v_done;
    elsif v_steps.gate is not null then
      select 'skipped' as status, null::jsonb as result, null::text as error_code, v_steps.gate_reason as error_message into v_done;
    else
      v_impact := null;
      v_expected := null;
      if v_steps.changes in ('status', 'budget') and v_steps.campaign_id is not null then
        select i.expected_impact, i.expected into v_impact, v_expected
        from trimtab.campaigns c
        join trimtab.campaign_signals s on s.org_id = c.org_id and s.campaign_id = c.id
        cross join lateral (
          select p.* from trimtab.pause_impact(s.signals, v_currency) p where v_steps.action ->> 'type' = 'pause_campaign'
          union all
          select p.*
          from trimtab.scale_impact(s.signals, c,
            coalesce(v_steps.action #>> '{plan,budget}', v_steps.action #>> '{plan,daily_budget}')::numeric) p
          where v_steps.action ->> 'type' = 'adjust_budget' and v_steps.action ? 'plan'
        ) i
        where c.org_id = p_org_id and c.id = v_steps.campaign_id;
      end if;
      v_context := p_context || jsonb_build_object(
        'place', v_steps.place, 'campaign_id', v_steps.campaign_id, 'campaign_ids', v_targets, 'event', p_event,
        'as_of', p_as_of, 'expected_impact', v_impact)
        || case when v_expected is null then '{}'
             else jsonb_build_object('evidence', coalesce(p_context -> 'evidence', '{}') || jsonb_build_object('expected', v_expected)) end;
      v_done := trimtab.perform_action(p_org_id, v_steps.action, v_context);
      if v_done.error_code = 'TT018' and p_campaign_id is not null then
        -- A guardrail that others have used up since the decision: then nothing of it is done.
        raise exception '%', v_done.error_message using errcode = 'TT018';
      end if;
      if v_done.status = 'failure' and not v_has_failed then
        v_has_failed := true;
        v_failed_place := v_steps.place;
      end if;
    end if;
    v_elements := array_append(v_elements, jsonb_strip_nulls(jsonb_build_object(
      'place', v_steps.place, 'type', v_steps.action -> 'type', 'parameters', v_steps.action - 'type' - 'plan',
      'plan', v_steps.action -> 'plan', 'campaign_id', v_steps.campaign_id,
      'campaign_title', case when p_campaign_id is null then v_steps.campaign_title end,
      'changes', nullif(v_steps.changes, 'nothing'), 'gate', v_steps.gate,
      'status', v_done.status, 'error_code', v_done.error_code, 'error_message', v_done.error_message,
      'change_id', v_done.result -> 'change_id'))
      || case when v_done.result is null then '{}' else jsonb_build_object('result', v_done.result) end);
  end loop;
  -- What found no campaign to act on is said as well.
  return coalesce((
    select jsonb_agg(e.element order by e.place, e.number)
    from (
      select (u.element ->> 'place')::integer as place, u.number, u.element
      from unnest(v_elements) with ordinality u (element, number)
      union all
      select (a.item ->> 'place')::integer, 0, jsonb_build_object(
        'place', a.item -> 'place', 'type', a.item #> '{action,type}', 'parameters', (a.item -> 'action') - 'type' - 'plan',
        'status', 'skipped', 'error_message', 'There is no campaign in the rule''s scope for it.')
      from jsonb_array_elements(p_actions) a (item)
      where not exists (select from unnest(v_elements) u (element) where u.element -> 'place' = a.item -> 'place')
    ) e
  ), '[]');
end
$$;
comment on function trimtab.carry_out_actions(uuid, trimtab.automation_rules, jsonb, uuid, jsonb, jsonb, timestamptz) is
  'Carries out actions of a rule ([{place, action}]) for its campaign, or for an event alone (p_campaign_id null) for the campaigns in its scope, each in a block of its own; in order, what follows a failed one is skipped when the rule stops on errors. Returns [{place, type, parameters, plan, campaign_id, campaign_title, changes, gate, status (success, failure, skipped), result, error_code, error_message, change_id}]. Errors: TT018 a guardrail leaves no room for the campaign any more. For the system''s own functions.';
grant execute on function trimtab.carry_out_actions(uuid, trimtab.automation_rules, jsonb, uuid, jsonb, jsonb, timestamptz) to trimtab_definer;
