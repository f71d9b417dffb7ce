-- The functions that a deploy proves before it commits. One row a function, for a trigger function one row a table that
-- fires it: oid, name with arguments, language, the search_path it runs with (null: none), the table's oid (0: no
-- trigger function), the names under which it sees the rows of a statement, whether it is a trigger function that no
-- trigger calls yet.
select
  p.oid,
  p.oid::regprocedure::text as signature,
  l.lanname as language,
  (
    select pg_catalog.substr(setting, pg_catalog.length('search_path=') + 1)
    from pg_catalog.unnest(p.proconfig) as setting
    where setting like 'search\_path=%'
  ) as search_path,
  coalesce(fired.tgrelid, 0) as relation,
  fired.tgoldtable as old_table,
  fired.tgnewtable as new_table,
  p.prorettype in ('trigger'::regtype, 'event_trigger'::regtype) and fired.tgrelid is null as idle
from pg_catalog.pg_proc p
join pg_catalog.pg_language l on l.oid = p.prolang
left join lateral (
  select distinct t.tgrelid, t.tgoldtable, t.tgnewtable
  from pg_catalog.pg_trigger t
  where t.tgfoid = p.oid and not t.tgisinternal and t.tgparentid = 0
) fired on true
where p.pronamespace = 'trimtab'::regnamespace
  and l.lanname in ('sql', 'plpgsql')
  and p.prokind in ('f', 'p', 'w')
order by signature, relation, old_table, new_table
