create or replace function trimtab.worst_days(
  p_days integer,
  p_day_factor numeric,
  p_settled_over text,
  p_settled_days numeric
)
  returns numeric
  language sql
  immutable
  parallel safe
begin atomic
  -- A week that evens out may have saved its money for its end, and the next one may spend its own at its beginning.
  select least(
    p_days * p_day_factor,
    case p_settled_over
      when 'month' then p_settled_days
      when 'week' then p_days + 2 * (p_settled_days - p_settled_days / p_day_factor)
    end);
end;
comment on function trimtab.worst_days(integer, numeric, text, numeric) is
  'How many daily budgets a platform may spend at worst in p_days successive days of one month: the factor of a day on each of them, or what over_delivery says that a month (settled_days for all of it) or a week (settled_days, wherever the days begin in it) evens out to, whichever is less.';
grant execute on function trimtab.worst_days(integer, numeric, text, numeric) to trimtab_user, trimtab_engine, trimtab_definer;
