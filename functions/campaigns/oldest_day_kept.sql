create or replace function trimtab.oldest_day_kept(p_org_id uuid default null)
  returns date
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select greatest(
    date '-infinity',
    (select (s.value #>> '{}')::date from trimtab.settings s where s.name = 'facts_dropped_before'),
    (select o.facts_from from trimtab.organizations o where o.org_id = p_org_id))
$$;
comment on function trimtab.oldest_day_kept(uuid) is
  'The first day of which facts are kept and taken, in an organization or (null) in the whole installation; -infinity while nothing was rolled forward.';
grant execute on function trimtab.oldest_day_kept(uuid) to trimtab_user, trimtab_engine, trimtab_definer, trimtab_keeper;
