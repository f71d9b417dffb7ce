create or replace function trimtab.clock_change(p_time_zone text, p_at timestamptz)
  returns interval
  language sql
  stable
  parallel safe
begin atomic
  -- A day each way, since zones have moved across the date line.
  select greatest(
    ((p_at + interval '24 hours') at time zone p_time_zone) - ((p_at - interval '24 hours') at time zone p_time_zone) - interval '48 hours',
    interval '48 hours' - (((p_at + interval '24 hours') at time zone p_time_zone) - ((p_at - interval '24 hours') at time zone p_time_zone))
  );
end;
comment on function trimtab.clock_change(text, timestamptz) is
  'By how much the clocks of a time zone change within 24 hours of a moment, forward or back; zero when they do not.';
grant execute on function trimtab.clock_change(text, timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
