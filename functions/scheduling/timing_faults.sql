create or replace function trimtab.timing_faults(p_timing jsonb, p_path text default 'timing')
  returns text[]
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_read constant record := trimtab.read_timing(p_timing, p_path);
begin
  return v_read.faults;
end
$$;
comment on function trimtab.timing_faults(jsonb, text) is
  'What is wrong with a timing document (see read_timing()): path, found, allowed for each; empty when nothing is.';
grant execute on function trimtab.timing_faults(jsonb, text) to trimtab_user, trimtab_engine, trimtab_definer;
