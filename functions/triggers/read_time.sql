create or replace function trimtab.read_time(p_text text)
  returns timestamptz
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  return p_text::timestamptz;
exception when others then
  return null;
end
$$;
comment on function trimtab.read_time(text) is 'The time that a text means; null where there is no such time.';
grant execute on function trimtab.read_time(text) to trimtab_definer;
