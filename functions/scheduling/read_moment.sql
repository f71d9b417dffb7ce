create or replace function trimtab.read_moment(p_text text, p_time_zone text)
  returns timestamptz
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_day constant text := '^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,6})?)?';
begin
  return case
    when p_text ~ (c_day || ')?$') then p_text::timestamp at time zone p_time_zone
    when p_text ~ (c_day || ' ?(Z|[+-][0-9]{2}(:?[0-9]{2})?))$') then p_text::timestamptz
  end;
exception
  -- A day or an hour that there is not.
  when datetime_field_overflow or invalid_datetime_format then
    return null;
end
$$;
comment on function trimtab.read_moment(text, text) is
  'The moment that an ISO 8601 text means: as its offset says, or as local time of p_time_zone where it has none; null where it means none.';
grant execute on function trimtab.read_moment(text, text) to trimtab_user, trimtab_engine, trimtab_definer;
