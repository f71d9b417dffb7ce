-- Campaigns with a history, for the tests of rules and runs.

create function test.running_campaign(
  p_org_id uuid,
  p_title text,
  p_budget numeric default 100,
  p_days_running numeric default 30,
  p_status text default 'active',
  p_currency text default null,
  p_platform text default null
)
  returns uuid
  language sql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
  insert into trimtab.campaigns (org_id, title, budget, status, currency, platform, starts_at)
  values (p_org_id, p_title, p_budget, p_status, p_currency, p_platform, trimtab.clock() - p_days_running * interval '1 day')
  returning id
$$;
comment on function test.running_campaign(uuid, text, numeric, numeric, text, text, text) is
  'A campaign that has been active for so many days; its id.';

create function test.row_counts()
  returns jsonb
  language plpgsql
  security definer
  set search_path to pg_catalog, pg_temp
as $$
declare
  v_table record;
  v_count bigint;
  v_counts jsonb := '{}';
begin
  for v_table in
    select c.relname from pg_class c
    where c.relnamespace = 'trimtab'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by 1
  loop
    execute format('select count(*) from trimtab.%I', v_table.relname) into v_count;
    v_counts := v_counts || jsonb_build_object(v_table.relname, v_count);
  end loop;
  return v_counts;
end
$$;
comment on function test.row_counts() is 'Rows of every table of the product: {table: count}.';
