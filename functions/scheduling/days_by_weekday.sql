create or replace function trimtab.days_by_weekday(p_weekdays bigint, p_month trimtab.calendar_months)
  returns bigint
  language sql
  immutable
  parallel safe
begin atomic
  select (p_month).days & (
    -- The week six times in a row, begun at the weekday of the first.
    (((p_weekdays & 127) * 34630287489 >> (p_month).first_weekday) << 1)
    | case
        when p_weekdays >= 128 then
          -- Each week's seven bits turned round by as much.
          (
            ((p_weekdays >> 7 & 34359738367) >> (p_month).first_weekday & (p_month).low_nths)
            | ((p_weekdays >> 7 & 34359738367) << (7 - (p_month).first_weekday) & 34359738367 & ~(p_month).low_nths)
          ) << 1
          | (((p_weekdays >> 42) * 129 >> (p_month).last_weekdays & 127) << ((p_month).length - 6))
        else 0
      end
  );
end;
comment on function trimtab.days_by_weekday(bigint, trimtab.calendar_months) is
  'The days of a month that are in a set as schedule_plan.weekdays is one, as bits 1-31.';
grant execute on function trimtab.days_by_weekday(bigint, trimtab.calendar_months)
  to trimtab_user, trimtab_engine, trimtab_definer;
