create or replace function trimtab.host_matches(p_host text, p_allowed text[])
  returns boolean
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select bool_or(p_host = a.host or (a.host like '*.%' and right(p_host, length(a.host) - 1) = substr(a.host, 2)))
  from unnest(p_allowed) a (host)
$$;
comment on function trimtab.host_matches(text, text[]) is
  'Whether a host (lower case) is one of a list, in which *.name means all that stands below that name, and not the name itself. Null for no list or an empty one.';
grant execute on function trimtab.host_matches(text, text[]) to trimtab_user, trimtab_engine, trimtab_definer;
