create or replace function trimtab.is_cron_expression(p_expression text)
  returns boolean
  language plpgsql
  -- immutable: what it reads is the calendar, which does not change.
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  perform trimtab.cron_plan(p_expression);
  return true;
end
$$;
comment on function trimtab.is_cron_expression(text) is
  'True for a cron expression and for null; the CHECK of the domain cron_expression. Errors: TT070 for anything else, with all faults, field by field.';
grant execute on function trimtab.is_cron_expression(text) to trimtab_user, trimtab_engine, trimtab_definer;
