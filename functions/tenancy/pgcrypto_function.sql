create or replace function trimtab.pgcrypto_function(p_name text)
  returns text
  language sql
  stable
  parallel safe
  set search_path to pg_catalog, pg_temp
as $$
  select format('%I.%I', n.nspname, p_name)
  from pg_extension e
  join pg_namespace n on n.oid = e.extnamespace
  where e.extname = 'pgcrypto'
$$;
comment on function trimtab.pgcrypto_function(text) is
  'The name of a function of pgcrypto with its schema, which differs from server to server, for EXECUTE.';
grant execute on function trimtab.pgcrypto_function(text) to trimtab_auth, trimtab_definer, trimtab_engine;
