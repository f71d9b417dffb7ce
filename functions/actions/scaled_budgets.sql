create or replace function trimtab.scaled_budgets(
  p_campaign trimtab.campaigns,
  p_new_budget numeric,
  out budget numeric,
  out daily_budget numeric
)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_present numeric := coalesce(p_campaign.budget, p_campaign.daily_budget);
  v_new numeric;
begin
  if v_present is null then
    raise exception 'campaign "%" has no budget to raise', p_campaign.title
      using errcode = 'TT012',
            detail = format('Campaign %s has neither budget nor daily_budget.', p_campaign.id),
            hint = 'A manager can set one: update trimtab.campaigns set budget = ….';
  end if;
  -- 'NaN' is above every number in PostgreSQL, so it has to be asked for.
  if p_new_budget is null or not p_new_budget < 'Infinity' then
    raise exception 'the new budget is no amount'
      using errcode = 'TT012',
            detail = format('p_new_budget is %s.', coalesce(p_new_budget::text, 'null')),
            hint = format('Give an amount above %s %s.', v_present, p_campaign.currency);
  end if;
  v_new := trimtab.round_down_money(p_new_budget, p_campaign.currency);
  if v_new <= v_present then
    raise exception 'the new budget is not above the present one'
      using errcode = 'TT012',
            detail = format('%s of campaign %s ("%s") is %s %s, the new one would be %s.',
              case when p_campaign.budget is null then 'daily_budget' else 'budget' end,
              p_campaign.id, p_campaign.title, v_present, p_campaign.currency, v_new),
            hint = 'Budgets are lowered by update trimtab.campaigns set budget = ….';
  end if;

  if p_campaign.budget is null then
    daily_budget := v_new;
  else
    budget := v_new;
    daily_budget := p_campaign.daily_budget;
    if p_campaign.budget > 0 and daily_budget is not null then
      daily_budget := greatest(daily_budget, trimtab.round_down_money(daily_budget * v_new / p_campaign.budget, p_campaign.currency));
    end if;
  end if;
end
$$;
comment on function trimtab.scaled_budgets(trimtab.campaigns, numeric) is
  'The budgets of a campaign after it is scaled to p_new_budget (its currency), rounded down to the currency''s smallest unit. budget becomes p_new_budget and daily_budget, where there is one, rises in the same ratio; a campaign with a daily_budget only has that scaled. Errors: TT012 no budget, no amount, or one that does not rise.';
grant execute on function trimtab.scaled_budgets(trimtab.campaigns, numeric) to trimtab_user, trimtab_engine, trimtab_definer;
