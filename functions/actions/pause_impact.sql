create or replace function trimtab.pause_impact(
  p_signals numeric[],
  p_currency text,
  out expected_impact text,
  out expected jsonb
)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_spend numeric := trimtab.round_down_money(p_signals[trimtab.signal_position('spend', 'last_7_days')] / 7, p_currency);
  v_revenue numeric := trimtab.round_down_money(p_signals[trimtab.signal_position('revenue', 'last_7_days')] / 7, p_currency);
begin
  expected_impact := case when v_spend is null
    then 'Stops its spending; how much it spent in the last 7 days is not known.'
    else format('Saves about %s %s a day (average of the last 7 days)', v_spend, p_currency)
      || case when v_revenue is null then '; what it earned is not known.'
           else format(', which earned %s %s a day.', v_revenue, p_currency) end
  end;
  expected := jsonb_build_object('spend_per_day', -v_spend, 'revenue_per_day', -v_revenue);
end
$$;
comment on function trimtab.pause_impact(numeric[], text) is
  'What pausing a campaign should do, from its signals (money in p_currency, the organization''s): a sentence, and the expected change a day {spend_per_day, revenue_per_day} that measure_action_impact() compares with what came. Null figures where the last 7 days are not known.';
grant execute on function trimtab.pause_impact(numeric[], text) to trimtab_user, trimtab_engine, trimtab_definer;
