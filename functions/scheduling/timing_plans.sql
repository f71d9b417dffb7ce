create or replace function trimtab.timing_plans(p_timing jsonb)
  returns trimtab.schedule_plan[]
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_read constant record := trimtab.read_timing(p_timing);
begin
  if v_read.faults <> '{}' then
    raise exception 'the timing cannot be run'
      using errcode = 'TT071',
        detail = array_to_string(v_read.faults, E'\n'),
        hint = 'Name a frequency and what belongs to it, for example {"frequency": "weekly", "days_of_week": ["monday"], "at": "09:00"}.';
  end if;
  return v_read.plans;
end
$$;
comment on function trimtab.timing_plans(jsonb) is
  'The plans of a timing document (see read_timing()), whose runs together are those of the schedule; none for frequency relative. Errors: TT071 with all faults.';
grant execute on function trimtab.timing_plans(jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
