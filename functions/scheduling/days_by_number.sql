create or replace function trimtab.days_by_number(p_days bigint, p_month trimtab.calendar_months)
  returns bigint
  language sql
  immutable
  parallel safe
begin atomic
  select p_days & (p_month).days
    | case
        when p_days >= 1::bigint << 32 then
          (p_days >> 32 & 1) * (1::bigint << (p_month).length)
          | (p_days >> 33 & 1) * (p_month).last_working_day
          | (p_days >> 34 & 1) * (1::bigint << least(29, (p_month).length))
          | (p_days >> 35 & 1) * (1::bigint << least(30, (p_month).length))
        else 0
      end;
end;
comment on function trimtab.days_by_number(bigint, trimtab.calendar_months) is
  'The days of a month that are in a set as schedule_plan.days is one, as bits 1-31.';
grant execute on function trimtab.days_by_number(bigint, trimtab.calendar_months)
  to trimtab_user, trimtab_engine, trimtab_definer;
