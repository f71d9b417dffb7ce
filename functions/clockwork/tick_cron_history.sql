create or replace function trimtab.tick_cron_history(p_as_of timestamptz, p_limit integer)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_statement constant text := 'delete from cron.job_run_details d where d.runid in (select o.runid from cron.job_run_details o where o.username = session_user and o.end_time < $1 order by o.runid limit $2)';
  v_count integer := 0;
begin
  -- The extension need not be there, and a deploy may not look into it: the statement is not read before it runs.
  if exists (select from pg_namespace n where n.nspname = 'cron' and has_schema_privilege(n.oid, 'usage')) then
    execute v_statement using p_as_of - interval '7 days', p_limit;
    get diagnostics v_count = row_count;
  end if;
  return v_count;
end
$$;
comment on function trimtab.tick_cron_history(timestamptz, integer) is
  'Part of the tick: deletes what pg_cron noted of this login''s jobs more than seven days ago, and would keep for ever. At most p_limit rows; returns how many.';
grant execute on function trimtab.tick_cron_history(timestamptz, integer) to trimtab_engine;
