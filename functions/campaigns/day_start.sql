create or replace function trimtab.day_start(p_day date, p_time_zone text)
  returns timestamptz
  language sql
  stable
  parallel safe
begin atomic
  -- A midnight that the clocks skip becomes the first moment after it; of one that comes twice the first counts.
  select case
    when (((p_day::timestamp at time zone p_time_zone) - interval '1 hour') at time zone p_time_zone)::date >= p_day
      then (p_day::timestamp at time zone p_time_zone) - interval '1 hour'
    else p_day::timestamp at time zone p_time_zone
  end;
end;
comment on function trimtab.day_start(date, text) is
  'The first moment of a local day in an IANA time zone, also on days on which the clocks change at midnight.';
grant execute on function trimtab.day_start(date, text) to trimtab_user, trimtab_engine, trimtab_definer;
