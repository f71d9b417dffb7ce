create or replace function trimtab.budget_utilization(
  p_spend numeric,
  p_budget numeric,
  p_budget_currency text,
  p_currency text,
  p_day date
)
  returns numeric
  language sql
  stable
  parallel safe
begin atomic
  select 100 * p_spend / nullif(
    case when p_budget_currency = p_currency then p_budget
      else p_budget * trimtab.exchange_rate(p_budget_currency, p_currency, p_day)
    end, 0);
end;
comment on function trimtab.budget_utilization(numeric, numeric, text, text, date) is
  'The live metric budget_utilization: lifetime spend (in p_currency, the organization''s) in percent of the budget, which is converted at the rate of p_day. Null without spend, budget or rate, and for a budget of 0.';
grant execute on function trimtab.budget_utilization(numeric, numeric, text, text, date) to trimtab_user, trimtab_engine, trimtab_definer;
