-- Helpers of the tests, loaded once into the template of the pgTAP databases: the schema `test`.
create schema test;
grant usage on schema test to public;

-- --- the clock ------------------------------------------------------------------------------------------------------

create table test.clock (at timestamptz not null);
grant select on test.clock to public;

-- The product's clock, replaced in test databases: it shows the time that test.clock_at set, or else the real one.
create or replace function trimtab.clock()
  returns timestamptz
  language sql
  stable
  parallel safe
begin atomic
  select coalesce((select c.at from test.clock c), transaction_timestamp());
end;

create function test.clock_at(p_at timestamptz)
  returns void
  language sql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
  delete from test.clock;
  insert into test.clock select p_at where p_at is not null;
$$;
comment on function test.clock_at(timestamptz) is
  'Sets trimtab.clock() until the transaction is rolled back. null: the real time again.';
grant execute on function test.clock_at(timestamptz) to public;
