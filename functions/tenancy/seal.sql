create or replace function trimtab.seal(p_secret text)
  returns bytea
  language plpgsql
  volatile
  parallel unsafe
  -- definer (trimtab_auth): alone may read the keys.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  -- Whoever calls may have plans printed, in which keys and secrets would stand.
  set debug_print_plan to off
as $$
declare
  v_key record;
  v_sealed bytea;
begin
  select k.id, k.key into v_key from trimtab.sealing_keys k order by k.created_at desc limit 1;
  if not found then
    raise exception 'there is no key to seal with'
      using errcode = 'TT082',
            detail = 'The table sealing_keys is empty.',
            hint = 'An operator makes one: select trimtab.add_sealing_key().';
  end if;
  -- The key is random, so nothing is won by stretching it: s2k-mode 1 takes the same time each time.
  execute format('select %s($1, $2, $3)', trimtab.pgcrypto_function('pgp_sym_encrypt'))
    into v_sealed
    using p_secret, encode(v_key.key, 'hex'), 'cipher-algo=aes256, s2k-mode=1, compress-algo=0';
  return uuid_send(v_key.id) || v_sealed;
end
$$;
comment on function trimtab.seal(text) is
  'Encrypts a secret (OpenPGP, AES-256) under the newest of the sealing_keys; the result begins with the key''s id. Null stays null. Errors: TT082 without a key. For the system''s own functions.';
alter function trimtab.seal(text) owner to trimtab_auth;
grant execute on function trimtab.seal(text) to trimtab_definer;
