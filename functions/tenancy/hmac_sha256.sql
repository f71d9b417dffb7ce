create or replace function trimtab.hmac_sha256(p_key bytea, p_message bytea)
  returns bytea
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_code bytea;
begin
  execute format('select %s($1, $2, ''sha256''::text)', trimtab.pgcrypto_function('hmac')) into v_code using p_message, p_key;
  return v_code;
end
$$;
comment on function trimtab.hmac_sha256(bytea, bytea) is 'HMAC-SHA256 (RFC 2104) of a message under a key: 32 bytes.';
grant execute on function trimtab.hmac_sha256(bytea, bytea) to trimtab_definer, trimtab_engine;
