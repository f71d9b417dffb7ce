create or replace function trimtab.webhook_key(p_secret text)
  returns bytea
  language sql
  immutable
  parallel safe
  set search_path to pg_catalog, pg_temp
as $$
  select k.key
  from (
    select case when s.bare ~ '^[A-Za-z0-9+/]{32,86}$' and length(s.bare) % 4 <> 1
      then decode(s.bare || repeat('=', (4 - length(s.bare) % 4) % 4), 'base64') end as key
    from (select rtrim(regexp_replace(p_secret, '^whsec_', ''), '=') as bare) s
  ) k
  where octet_length(k.key) between 24 and 64
$$;
comment on function trimtab.webhook_key(text) is
  'The key in a secret for webhooks: whsec_ (which may be missing) and 24 to 64 bytes in base64. Null when it has not this form. Source: Standard Webhooks 1.0.0.';
grant execute on function trimtab.webhook_key(text) to trimtab_definer, trimtab_engine;
