create or replace function trimtab.cron_plan(p_expression text)
  returns trimtab.schedule_plan
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_read record;
begin
  if p_expression is null then
    return null;
  end if;
  v_read := trimtab.read_cron(p_expression);
  if v_read.faults <> '{}' then
    raise exception 'the cron expression % cannot be run', quote_literal(left(p_expression, 100))
      using errcode = 'TT070',
        detail = array_to_string(v_read.faults, E'\n'),
        hint = case when p_expression ~ '^\s*{'
          then 'This is a timing, not cron: write ::jsonb behind it.'
          else 'Write minute, hour, day of month, month and day of week, for example 0 9 * * mon for Mondays at 9:00.'
        end;
  end if;
  return v_read.plan;
end
$$;
comment on function trimtab.cron_plan(text) is
  'The plan of a cron expression (see read_cron()); null for null. Errors: TT070 with all faults, field by field.';
grant execute on function trimtab.cron_plan(text) to trimtab_user, trimtab_engine, trimtab_definer;
