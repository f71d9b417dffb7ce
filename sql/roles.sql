-- The roles that Trimtab works with. Safe to run again, and by two deploys of one cluster at once.
-- To be run by a superuser or a role with CREATEROLE. Whoever runs it becomes a member of the four owning roles,
-- which is what a deploy needs; to let another role deploy, grant it the four as well:
--   grant trimtab_owner, trimtab_auth, trimtab_definer, trimtab_keeper to <deploying role>;
--
-- trimtab_owner    owns tables, views and plain functions; nobody works as it
-- trimtab_auth     owns the functions that find out who is asking
-- trimtab_definer  owns the functions that write what their callers may not
-- trimtab_keeper   owns the tables partitioned by time, and the functions that create and drop partitions
-- trimtab_engine   logs in: pg_cron's jobs and the worker
-- trimtab_user     the group that people's logins belong to
do $roles$
declare
  v_role text;
  v_try integer;
  v_options constant text := case
    when pg_catalog.current_setting('server_version_num')::integer >= 160000 then ' with inherit true, set true'
    else ''
  end;
begin
  foreach v_role in array array[
    'trimtab_owner', 'trimtab_auth', 'trimtab_definer', 'trimtab_keeper', 'trimtab_user', 'trimtab_engine'
  ]
  loop
    if not exists (select from pg_catalog.pg_roles r where r.rolname = v_role) then
      begin
        execute pg_catalog.format(
          'create role %I %s', v_role, case v_role when 'trimtab_engine' then 'login' else 'nologin' end);
      exception
        when duplicate_object or unique_violation then
          null;  -- another deploy was faster
      end;
    end if;
  end loop;

  foreach v_role in array array['trimtab_owner', 'trimtab_auth', 'trimtab_definer', 'trimtab_keeper']
  loop
    for v_try in 1..20 loop
      exit when pg_catalog.pg_has_role(current_user, v_role, 'usage');
      begin
        execute pg_catalog.format('grant %I to current_user%s', v_role, v_options);
      exception
        when internal_error or unique_violation then
          perform pg_catalog.pg_sleep(0.05);  -- another deploy writes the same row: look again
      end;
    end loop;
  end loop;
end
$roles$;
