create or replace function trimtab.facts_kept_from(p_as_of timestamptz default trimtab.clock())
  returns date
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select (date_trunc('month', p_as_of at time zone 'UTC') - make_interval(months => (s.value #>> '{}')::integer))::date
  from trimtab.settings s
  where s.name = 'facts_retention_months' and s.value <> 'null'
$$;
comment on function trimtab.facts_kept_from(timestamptz) is
  'The first day whose facts the setting facts_retention_months keeps by day; null where all are kept.';
grant execute on function trimtab.facts_kept_from(timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
