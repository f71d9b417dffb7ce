create or replace function trimtab.ipv6_of(p_text text)
  returns inet
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  -- Judged before the cast, which would raise. A trailing IPv4 address counts as two groups.
  select case
    when p_text ~ '^[0-9a-f:]+(:[0-9]{1,3}(\.[0-9]{1,3}){3})?$'
      and p_text !~ ':::|::.*::|^:[^:]|[^:]:$|[0-9a-f]{5}'
      and not exists (
        select from regexp_matches(p_text, '([0-9]+)\.([0-9]+)\.([0-9]+)\.([0-9]+)$') q (parts), unnest(q.parts) o (part)
        where o.part::integer > 255 or o.part ~ '^0[0-9]')
      and case when p_text ~ '::' then g.groups <= 7 else g.groups = 8 end
    then p_text::inet
  end
  from (
    select count(*) + (p_text ~ '\.')::integer as groups
    from regexp_split_to_table(p_text, ':+') x (piece)
    where x.piece <> ''
  ) g
$$;
comment on function trimtab.ipv6_of(text) is
  'The IPv6 address that a text in lower case spells (RFC 4291 section 2.2, without zone); null for any other text. Never raises.';
grant execute on function trimtab.ipv6_of(text) to trimtab_user, trimtab_engine, trimtab_definer;
