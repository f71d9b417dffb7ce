-- After a migration or the repeatables: what the deploying role has just created goes to trimtab_owner (what is
-- partitioned goes to trimtab_keeper); nobody may call what was not granted to them.
do $own$
declare
  v_me constant oid := (select r.oid from pg_catalog.pg_roles r where r.rolname = session_user);
  v_command text;
begin
  for v_command in
    select pg_catalog.format(
      'alter table %s owner to %I',
      c.oid::regclass, case when c.relkind = 'p' or c.relispartition then 'trimtab_keeper' else 'trimtab_owner' end)
    from pg_catalog.pg_class c
    where c.relnamespace = 'trimtab'::regnamespace
      and c.relowner = v_me
      and c.relkind in ('r', 'p', 'v', 'm', 'f')
    union all
    select pg_catalog.format('alter sequence %s owner to trimtab_owner', c.oid::regclass)
    from pg_catalog.pg_class c
    where c.relnamespace = 'trimtab'::regnamespace
      and c.relowner = v_me
      and c.relkind = 'S'
      and not exists (
        select
        from pg_catalog.pg_depend d
        where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')
      )
    union all
    select pg_catalog.format('alter type %s owner to trimtab_owner', t.oid::regtype)
    from pg_catalog.pg_type t
    left join pg_catalog.pg_class c on c.oid = t.typrelid
    where t.typnamespace = 'trimtab'::regnamespace
      and t.typowner = v_me
      and (t.typtype in ('d', 'e', 'r') or c.relkind = 'c')
    union all
    select pg_catalog.format('alter routine %s owner to trimtab_owner', p.oid::regprocedure)
    from pg_catalog.pg_proc p
    where p.pronamespace = 'trimtab'::regnamespace
      and p.proowner = v_me
  loop
    execute v_command;
  end loop;
end
$own$;

revoke execute on all routines in schema trimtab from public;
revoke create on schema trimtab from trimtab_auth, trimtab_definer;
