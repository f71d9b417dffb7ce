create or replace function trimtab.unseal(p_sealed bytea)
  returns text
  language plpgsql
  stable
  parallel safe
  -- definer (trimtab_auth): alone may read the keys.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  -- Whoever calls may have plans printed, in which keys and secrets would stand.
  set debug_print_plan to off
as $$
declare
  v_key record;
  v_secret text;
begin
  select k.key, k.decoy into v_key
  from trimtab.sealing_keys k
  where p_sealed is null or k.id = case when octet_length(p_sealed) > 16 then encode(substr(p_sealed, 1, 16), 'hex')::uuid end
  order by k.created_at desc
  limit 1;
  if not found then
    raise exception 'a secret cannot be opened'
      using errcode = 'TT082',
            detail = 'It was sealed with a key that is not in the table sealing_keys.',
            hint = 'Put the key back that belongs to these data, or give the secret anew.';
  end if;
  begin
    execute format('select %s($1, $2)', trimtab.pgcrypto_function('pgp_sym_decrypt'))
      into v_secret
      using coalesce(substr(p_sealed, 17), v_key.decoy), encode(v_key.key, 'hex');
  exception
    when external_routine_invocation_exception then
      raise exception 'a secret cannot be opened'
        using errcode = 'TT082',
              detail = 'What is stored was altered since it was sealed.',
              hint = 'Give the secret anew.';
  end;
  return case when p_sealed is not null then v_secret end;
end
$$;
comment on function trimtab.unseal(bytea) is
  'Opens what seal() made. Null stays null, after as much work: whoever watches the clock does not learn that there was nothing. Errors: TT082 when the key is not here, or the value was altered. For the system''s own functions.';
alter function trimtab.unseal(bytea) owner to trimtab_auth;
grant execute on function trimtab.unseal(bytea) to trimtab_definer;
