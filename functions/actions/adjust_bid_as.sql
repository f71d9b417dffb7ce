create or replace function trimtab.adjust_bid_as(
  p_org_id uuid,
  p_campaign_id uuid,
  p_from numeric,
  p_new_bid numeric,
  p_reason text,
  p_confidence numeric,
  p_origin text,
  p_evidence jsonb default '{}',
  p_expected_impact text default null,
  p_rule_id uuid default null,
  p_rule_version integer default null,
  p_run_id uuid default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_campaign trimtab.campaigns := trimtab.lock_active_campaign(p_org_id, p_campaign_id, p_reason, p_confidence, p_origin);
  v_guardrails trimtab.guardrails := trimtab.guardrails_of(p_org_id);
  v_new numeric := trimtab.round_down_money(p_new_bid, v_campaign.currency);
begin
  if v_campaign.bid is distinct from p_from then
    raise exception 'the bid of campaign "%" was changed meanwhile', v_campaign.title
      using errcode = 'serialization_failure',
            detail = format('The amount was planned from %s; it is %s %s now.', coalesce(p_from::text, 'nothing'), coalesce(v_campaign.bid::text, 'nothing'), v_campaign.currency),
            hint = 'Decide again.';
  end if;
  if v_campaign.bid is null or v_new is null or v_new < 0 or not v_new < 'Infinity' or v_new = v_campaign.bid then
    raise exception 'this is no new bid'
      using errcode = 'TT015',
            detail = format('Campaign %s bids %s %s; the new bid would be %s.',
              v_campaign.id, coalesce(v_campaign.bid::text, 'nothing'), v_campaign.currency, coalesce(v_new::text, 'nothing')),
            hint = 'Give an amount of at least 0 that differs from the present one. A campaign without a bid of its own has none to adjust.';
  end if;
  -- The door bounds steps of budgets; those of bids are bounded here.
  if p_origin = 'rule' and (v_new > v_campaign.bid * (1 + v_guardrails.max_budget_step_percent / 100)) is not false and v_new > v_campaign.bid then
    raise exception 'the guardrails do not allow this bid'
      using errcode = 'TT018',
            detail = format('The bid would rise from %s to %s %s; at most %s %% in one step are allowed.',
              v_campaign.bid, v_new, v_campaign.currency, coalesce(trim_scale(v_guardrails.max_budget_step_percent)::text, '0')),
            hint = 'A person may do it; an admin may change the guardrails.';
  end if;
  return trimtab.change_campaign_as(
    v_campaign, 'bid_adjusted', jsonb_build_object('bid', v_new),
    p_reason, p_confidence, p_origin, p_evidence, p_expected_impact, p_rule_id, p_rule_version, p_run_id);
end
$$;
comment on function trimtab.adjust_bid_as(uuid, uuid, numeric, numeric, text, numeric, text, jsonb, text, uuid, integer, uuid) is
  'Changes the bid of an active campaign from p_from, which it must still be, to p_new_bid (its currency, cut to the smallest unit), on behalf of p_origin, and returns the id in the ledger (bid_adjusted). Errors: as lock_active_campaign(), 40001 the bid was changed meanwhile, TT015 no amount, no change or no bid to change, TT018 a rule''s step beyond max_budget_step_percent; nothing is written then. For the system''s own functions.';
grant execute on function trimtab.adjust_bid_as(uuid, uuid, numeric, numeric, text, numeric, text, jsonb, text, uuid, integer, uuid) to trimtab_definer;
