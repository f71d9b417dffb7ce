create or replace function trimtab.month_days(
  p_days bigint,
  p_weekdays bigint,
  p_is_either boolean,
  p_month trimtab.calendar_months
)
  returns bigint
  language sql
  immutable
  parallel safe
begin atomic
  select case
    when p_is_either then trimtab.days_by_number(p_days, p_month) | trimtab.days_by_weekday(p_weekdays, p_month)
    else trimtab.days_by_number(p_days, p_month) & trimtab.days_by_weekday(p_weekdays, p_month)
  end;
end;
comment on function trimtab.month_days(bigint, bigint, boolean, trimtab.calendar_months) is
  'The days of a month that a plan allows (see schedule_plan: days, weekdays, is_either), as bits 1-31. months, every and unit are not looked at.';
grant execute on function trimtab.month_days(bigint, bigint, boolean, trimtab.calendar_months)
  to trimtab_user, trimtab_engine, trimtab_definer;
