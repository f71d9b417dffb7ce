create or replace function trimtab.scale_impact(
  p_signals numeric[],
  p_campaign trimtab.campaigns,
  p_new_budget numeric,
  out expected_impact text,
  out expected jsonb
)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_recent numeric := p_signals[trimtab.signal_position('roas', 'last_30_days')];
  v_roas numeric := coalesce(v_recent, p_signals[trimtab.signal_position('roas', 'lifetime')]);
  v_a_day text := case when p_campaign.budget is null then ' a day' else '' end;
  v_added numeric := trimtab.round_down_money(p_new_budget - coalesce(p_campaign.budget, p_campaign.daily_budget), p_campaign.currency);
  v_revenue numeric := trimtab.round_down_money(v_added * v_roas, p_campaign.currency);
begin
  expected_impact := case when v_added < 0
      then format('Takes %s %s%s from the budget', -v_added, p_campaign.currency, v_a_day)
      else format('Adds %s %s%s to the budget', v_added, p_campaign.currency, v_a_day) end
    || case when v_roas is null then format('; what that will %s is not known.', case when v_added < 0 then 'cost' else 'earn' end)
         else format('; at the ROI of %s of %s that earns about %s %s%s %s.',
           round(v_roas, 2), case when v_recent is null then 'its lifetime' else 'the last 30 days' end,
           abs(v_revenue), p_campaign.currency, v_a_day, case when v_added < 0 then 'less' else 'more' end) end;
  expected := jsonb_build_object(
    'roas', round(v_roas, 4), 'budget_added', v_added, 'revenue_added', v_revenue, 'is_daily', p_campaign.budget is null);
end
$$;
comment on function trimtab.scale_impact(numeric[], trimtab.campaigns, numeric) is
  'What scaling a campaign to p_new_budget (its currency) should do, from its signals: a sentence, and {roas, budget_added, revenue_added, is_daily}: the added budget (negative: what is taken away) times the present ROI (last 30 days, else lifetime), an upper bound, for the last money rarely earns as much as the first. Null figures where nothing is known.';
grant execute on function trimtab.scale_impact(numeric[], trimtab.campaigns, numeric) to trimtab_user, trimtab_engine, trimtab_definer;
