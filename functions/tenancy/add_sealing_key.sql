create or replace function trimtab.add_sealing_key()
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer (trimtab_auth): alone may read and write the keys. Called by deploys and operators, never by users.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  -- Whoever calls may have plans printed, in which keys and secrets would stand.
  set debug_print_plan to off
as $$
declare
  v_key bytea := trimtab.random_bytes(32);
  v_decoy bytea;
  v_id uuid;
begin
  execute format('select %s($1, $2, $3)', trimtab.pgcrypto_function('pgp_sym_encrypt'))
    into v_decoy
    using 'whsec_' || encode(trimtab.random_bytes(32), 'base64'), encode(v_key, 'hex'), 'cipher-algo=aes256, s2k-mode=1, compress-algo=0';
  insert into trimtab.sealing_keys (key, decoy, created_at)
  values (v_key, v_decoy, greatest(trimtab.clock(), (select max(k.created_at) + interval '1 microsecond' from trimtab.sealing_keys k)))
  returning id into v_id;
  return v_id;
end
$$;
comment on function trimtab.add_sealing_key() is
  'Makes a key under which secrets are sealed from now on; returns its id. What was sealed before stays under its own key. The first one is made by the deploy.';
alter function trimtab.add_sealing_key() owner to trimtab_auth;
