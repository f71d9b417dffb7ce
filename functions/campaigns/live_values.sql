create or replace function trimtab.live_values(
  p_hours_running numeric,
  p_facts_age numeric,
  p_lifetime_spend numeric,
  p_status text,
  p_minute numeric,
  p_weekday numeric,
  p_rate numeric,
  p_budget numeric,
  p_daily_budget numeric,
  p_bid numeric
)
  returns numeric[]
  language sql
  immutable
  parallel safe
begin atomic
  select array[
    p_hours_running,
    p_facts_age,
    100 * p_lifetime_spend / nullif(p_budget * p_rate, 0),
    case p_status when 'draft' then 1 when 'active' then 2 when 'paused' then 3 when 'completed' then 4 when 'archived' then 5 end,
    p_minute,
    p_weekday,
    p_budget * p_rate,
    p_daily_budget * p_rate,
    p_bid * p_rate
  ]::numeric[];
end;
comment on function trimtab.live_values(numeric, numeric, numeric, text, numeric, numeric, numeric, numeric, numeric, numeric) is
  'What rules judge of a campaign beside its signals, by the place of the compiled position -1 to -9: hours running, hours since the end of the facts, budget utilization (percent), status (draft 1, active 2, paused 3, completed 4, archived 5), minute of the local day, day of the week (0 Sunday), budget, daily budget, bid. Money in the organization''s currency: p_rate is what one unit of the campaign''s is worth.';
grant execute on function trimtab.live_values(numeric, numeric, numeric, text, numeric, numeric, numeric, numeric, numeric, numeric) to trimtab_user, trimtab_engine, trimtab_definer;
