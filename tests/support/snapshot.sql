-- The schema `trimtab` as sorted lines of text: everything a deploy makes, and nothing that differs from day to day.
with acl (oid, line) as (
  select objects.oid, string_agg(
    format('%s:%s%s', coalesce(grantee.rolname, 'public'), lower(a.privilege_type), case when a.is_grantable then '*' end),
    ' ' order by grantee.rolname nulls first, a.privilege_type)
  from (
    select c.oid, c.relacl, c.relowner from pg_class c
    union all
    select p.oid, coalesce(p.proacl, acldefault('f', p.proowner)), p.proowner from pg_proc p
    union all
    select n.oid, n.nspacl, n.nspowner from pg_namespace n
  ) objects (oid, acl, owner)
  cross join lateral aclexplode(objects.acl) a
  left join pg_roles grantee on grantee.oid = a.grantee
  where a.grantee <> objects.owner
  group by objects.oid
), relations as (
  select c.*, c.oid::regclass::text as name
  from pg_class c
  where c.relnamespace = 'trimtab'::regnamespace
    and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    and not c.relispartition
), lines (line) as (
  select format('schema %s owner %s grants %s', n.nspname, n.nspowner::regrole, acl.line)
  from pg_namespace n left join acl using (oid)
  where n.nspname in ('trimtab', 'trimtab_deploy')

  union all
  select format('%s %s owner %s%s%s%s grants %s comment %s',
    case r.relkind when 'r' then 'table' when 'p' then 'partitioned table' when 'v' then 'view' when 'S' then 'sequence' else r.relkind::text end,
    r.name, r.relowner::regrole,
    case when r.relrowsecurity then ' rls' end, case when r.relforcerowsecurity then ' forced' end,
    ' ' || array_to_string(r.reloptions, ' '), acl.line, obj_description(r.oid, 'pg_class'))
  from relations r left join acl using (oid)

  union all
  select format('column %s.%s %s%s%s%s%s grants %s comment %s', r.name, a.attname, format_type(a.atttypid, a.atttypmod),
    case when a.attnotnull then ' not null' end,
    case when a.attgenerated <> '' then ' generated ' || pg_get_expr(d.adbin, d.adrelid) else ' default ' || pg_get_expr(d.adbin, d.adrelid) end,
    case a.attidentity when 'a' then ' identity always' when 'd' then ' identity default' end,
    ' number ' || row_number() over (partition by a.attrelid order by a.attnum),
    (select string_agg(format('%s:%s', x.grantee::regrole, lower(x.privilege_type)), ' ' order by x.grantee::regrole::text, x.privilege_type)
     from aclexplode(a.attacl) x),
    col_description(r.oid, a.attnum))
  from relations r
  join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where r.relkind <> 'S'

  union all
  select format('constraint %s on %s %s', k.conname, r.name, pg_get_constraintdef(k.oid))
  from pg_constraint k join relations r on r.oid = k.conrelid
  where k.conparentid = 0

  union all
  select format('index %s', pg_get_indexdef(i.indexrelid))
  from pg_index i join relations r on r.oid = i.indrelid

  union all
  select format('statistics %s', pg_get_statisticsobjdef(s.oid))
  from pg_statistic_ext s where s.stxnamespace = 'trimtab'::regnamespace

  union all
  select format('trigger %s%s', pg_get_triggerdef(t.oid), case t.tgenabled when 'O' then '' else ' enabled ' || t.tgenabled::text end)
  from pg_trigger t join relations r on r.oid = t.tgrelid
  where not t.tgisinternal

  union all
  select format('policy %s on %s %s for %s to %s using %s check %s', p.policyname, p.tablename, lower(p.permissive), lower(p.cmd),
    array_to_string(p.roles, ','), p.qual, p.with_check)
  from pg_policies p join relations r on r.relname = p.tablename
  where p.schemaname = 'trimtab'

  union all
  select format('view %s as %s', r.name, regexp_replace(pg_get_viewdef(r.oid), '\s+', ' ', 'g'))
  from relations r where r.relkind = 'v'

  union all
  select format('%s %s(%s) returns %s %s %s%s%s parallel %s set %s cost %s rows %s owner %s grants %s body %s comment %s',
    case p.prokind when 'p' then 'procedure' when 'a' then 'aggregate' else 'function' end,
    p.proname, pg_get_function_arguments(p.oid), pg_get_function_result(p.oid), l.lanname,
    case p.provolatile when 'i' then 'immutable' when 's' then 'stable' else 'volatile' end,
    case when p.proisstrict then ' strict' end, case when p.prosecdef then ' definer' end,
    p.proparallel, array_to_string(p.proconfig, ' '), p.procost, p.prorows, p.proowner::regrole, acl.line,
    md5(coalesce(pg_get_function_sqlbody(p.oid), p.prosrc)), obj_description(p.oid, 'pg_proc'))
  from pg_proc p join pg_language l on l.oid = p.prolang left join acl on acl.oid = p.oid
  where p.pronamespace = 'trimtab'::regnamespace

  union all
  select format('domain %s %s%s%s owner %s comment %s', t.typname, format_type(t.typbasetype, t.typtypmod),
    case when t.typnotnull then ' not null' end,
    ' ' || (select string_agg(k.conname || ' ' || pg_get_constraintdef(k.oid), ' ' order by k.conname) from pg_constraint k where k.contypid = t.oid),
    t.typowner::regrole, obj_description(t.oid, 'pg_type'))
  from pg_type t
  where t.typnamespace = 'trimtab'::regnamespace and t.typtype = 'd'

  union all
  select format('type %s %s owner %s', t.typname,
    coalesce(
      (select string_agg(e.enumlabel, ',' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid),
      (select string_agg(a.attname || ' ' || format_type(a.atttypid, a.atttypmod), ', ' order by a.attnum)
       from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped)),
    t.typowner::regrole)
  from pg_type t left join pg_class c on c.oid = t.typrelid
  where t.typnamespace = 'trimtab'::regnamespace and (t.typtype in ('e', 'r') or c.relkind = 'c')
)
select regexp_replace(line, '\s*\n\s*', ' ', 'g') as line
from lines
order by line collate "C"
