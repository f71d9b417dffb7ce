-- What a deploy needs before it can begin: the two schemas and the two ledgers. Run first, and
-- again when its text changes.
do $schemas$
declare
  v_schema text;
begin
  foreach v_schema in array array['trimtab', 'trimtab_deploy']
  loop
    if pg_catalog.to_regnamespace(v_schema) is null then
      execute pg_catalog.format('create schema %I authorization trimtab_owner', v_schema);
    end if;
  end loop;
end
$schemas$;

-- trimtab_keeper's own functions create partitions while people work, so its CREATE stays.
grant usage on schema trimtab to trimtab_auth, trimtab_definer, trimtab_keeper, trimtab_engine, trimtab_user;
grant create on schema trimtab to trimtab_keeper;
grant usage on schema trimtab_deploy to trimtab_engine;

create table if not exists trimtab_deploy.migrations (
  migration_id text primary key,
  sha256 text not null,
  applied_at timestamptz not null default pg_catalog.clock_timestamp(),
  applied_by text not null default session_user
);
comment on table trimtab_deploy.migrations is
  'One row a migration, written in the transaction of the migration itself: what is here has happened, what is not has not.';

create table if not exists trimtab_deploy.repeatables (
  path text primary key,
  sha256 text not null,
  applied_at timestamptz not null default pg_catalog.clock_timestamp(),
  applied_by text not null default session_user
);
comment on table trimtab_deploy.repeatables is
  'One row a repeatable file, with the checksum of the text that was run last.';

alter table trimtab_deploy.migrations owner to trimtab_owner;
alter table trimtab_deploy.repeatables owner to trimtab_owner;
grant select on trimtab_deploy.migrations, trimtab_deploy.repeatables to trimtab_engine;
