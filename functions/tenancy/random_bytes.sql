create or replace function trimtab.random_bytes(p_count integer)
  returns bytea
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_bytes bytea;
begin
  execute format('select %s($1)', trimtab.pgcrypto_function('gen_random_bytes')) into v_bytes using p_count;
  return v_bytes;
end
$$;
comment on function trimtab.random_bytes(integer) is 'So many unguessable bytes (1 to 1024), for keys and tokens.';
grant execute on function trimtab.random_bytes(integer) to trimtab_auth, trimtab_definer;
