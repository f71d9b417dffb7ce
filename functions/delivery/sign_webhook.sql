create or replace function trimtab.sign_webhook(p_secret text, p_id text, p_timestamp timestamptz, p_body bytea)
  returns text
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_key bytea := trimtab.webhook_key(p_secret);
begin
  if v_key is null then
    raise exception 'this is no secret for webhooks'
      using errcode = 'TT082',
            detail = format('Found %s characters.', coalesce(length(p_secret), 0)),
            hint = 'whsec_ and 24 to 64 bytes in base64.';
  end if;
  return 'v1,' || encode(trimtab.hmac_sha256(
    v_key,
    convert_to(format('%s.%s.', p_id, floor(extract(epoch from p_timestamp))), 'UTF8') || coalesce(p_body, '')), 'base64');
end
$$;
comment on function trimtab.sign_webhook(text, text, timestamptz, bytea) is
  'The header webhook-signature for a message that goes out: HMAC-SHA256 over <webhook-id>.<seconds since 1970>.<body>, as v1,<base64>. Seconds are whole; webhook-timestamp must say the same. Source: Standard Webhooks 1.0.0. Errors: TT082 when the secret has not the form of one; it is never repeated.';
grant execute on function trimtab.sign_webhook(text, text, timestamptz, bytea) to trimtab_definer, trimtab_engine;
