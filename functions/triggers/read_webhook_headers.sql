create or replace function trimtab.read_webhook_headers(
  p_headers jsonb,
  out webhook_id text,
  out sent text,
  out signatures text[]
)
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  with headers as (
    select lower(h.key) as name, min(h.value #>> '{}') as value
    from jsonb_each(case jsonb_typeof(p_headers) when 'object' then p_headers else '{}' end) h
    where lower(h.key) in ('webhook-id', 'webhook-timestamp', 'webhook-signature')
    group by 1
    having count(*) = 1 and bool_and(jsonb_typeof(h.value) = 'string')
  )
  select
    (select h.value from headers h where h.name = 'webhook-id' and h.value ~ '^[!-~]{1,255}$'),
    (select h.value from headers h where h.name = 'webhook-timestamp' and h.value ~ '^[0-9]{1,11}$'),
    (
      select array_agg(substr(g.signature, 4))
      from (
        select s.signature
        from headers h
        cross join string_to_table(left(h.value, 4000), ' ') s (signature)
        where h.name = 'webhook-signature' and s.signature like 'v1,%'
        limit 8
      ) g
    )
$$;
comment on function trimtab.read_webhook_headers(jsonb) is
  'What three headers of a message say, whatever the case of their names: its id, its time (seconds since 1970, as written), and the first eight of its signatures of version 1 (in base64, as written). Null where a header is missing, is there twice, or has not the form of one. Source: Standard Webhooks 1.0.0.';
grant execute on function trimtab.read_webhook_headers(jsonb) to trimtab_definer;
