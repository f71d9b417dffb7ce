create or replace function trimtab.adjust_budget_as(
  p_org_id uuid,
  p_campaign_id uuid,
  p_from numeric,
  p_new_budget numeric,
  p_reason text,
  p_confidence numeric,
  p_origin text,
  p_evidence jsonb default '{}',
  p_expected_impact text default null,
  p_rule_id uuid default null,
  p_rule_version integer default null,
  p_run_id uuid default null,
  p_action_type text default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_campaign trimtab.campaigns := trimtab.lock_active_campaign(p_org_id, p_campaign_id, p_reason, p_confidence, p_origin);
  v_present numeric := coalesce(v_campaign.budget, v_campaign.daily_budget);
  v_new numeric := trimtab.round_down_money(p_new_budget, v_campaign.currency);
  v_daily numeric;
begin
  if v_present is distinct from p_from then
    raise exception 'the budget of campaign "%" was changed meanwhile', v_campaign.title
      using errcode = 'serialization_failure',
            detail = format('The amount was planned from %s; it is %s %s now.', coalesce(p_from::text, 'nothing'), coalesce(v_present::text, 'nothing'), v_campaign.currency),
            hint = 'Decide again.';
  end if;
  -- 'NaN' is above every number in PostgreSQL, so it has to be asked for.
  if v_new is null or v_new < 0 or not v_new < 'Infinity' or v_new = v_present then
    raise exception 'this is no new budget'
      using errcode = 'TT015',
            detail = format('Campaign %s has %s %s; the new one would be %s.',
              v_campaign.id, v_present, v_campaign.currency, coalesce(v_new::text, 'nothing')),
            hint = 'Give an amount of at least 0 that differs from the present one.';
  end if;
  if v_campaign.budget is not null and v_campaign.daily_budget is not null and v_campaign.budget > 0 then
    v_daily := trimtab.round_down_money(v_campaign.daily_budget * v_new / v_campaign.budget, v_campaign.currency);
    if v_new > v_present then
      v_daily := greatest(v_campaign.daily_budget, v_daily);
    end if;
  end if;
  return trimtab.change_campaign_as(
    v_campaign,
    coalesce(p_action_type, case when v_new > v_present then 'auto_scale_up' else 'auto_scale_down' end),
    case when v_campaign.budget is null then jsonb_build_object('daily_budget', v_new)
      when v_daily is null then jsonb_build_object('budget', v_new)
      else jsonb_build_object('budget', v_new, 'daily_budget', v_daily) end,
    p_reason, p_confidence, p_origin, p_evidence, p_expected_impact, p_rule_id, p_rule_version, p_run_id);
end
$$;
comment on function trimtab.adjust_budget_as(uuid, uuid, numeric, numeric, text, numeric, text, jsonb, text, uuid, integer, uuid, text) is
  'Raises or lowers the budget of an active campaign from p_from, which it must still be, to p_new_budget (its currency, cut to the smallest unit), on behalf of p_origin; a daily budget beside it changes in the same ratio, and where there is only a daily budget, that is meant. Returns the id in the ledger: auto_scale_up or auto_scale_down, unless p_action_type names another type. Errors: as lock_active_campaign(), 40001 the budget was changed meanwhile, TT015 no amount or no change; nothing is written then. Steps and caps are asked by the door. For the system''s own functions.';
grant execute on function trimtab.adjust_budget_as(uuid, uuid, numeric, numeric, text, numeric, text, jsonb, text, uuid, integer, uuid, text) to trimtab_definer;
