create or replace function trimtab.hours_active(
  p_status text,
  p_active_seconds numeric,
  p_activated_at timestamptz,
  p_ends_at timestamptz,
  p_as_of timestamptz
)
  returns numeric
  language sql
  immutable
  parallel safe
begin atomic
  select (
    p_active_seconds
    + case when p_status = 'active'
        then coalesce(greatest(extract(epoch from least(p_as_of, p_ends_at) - p_activated_at), 0), 0)
        else 0
      end) / 3600;
end;
comment on function trimtab.hours_active(text, numeric, timestamptz, timestamptz, timestamptz) is
  'The live metric hours_running of a campaign as it is now: hours for which it has been active by p_as_of, which is not before its last change; the time after ends_at does not count.';
grant execute on function trimtab.hours_active(text, numeric, timestamptz, timestamptz, timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
