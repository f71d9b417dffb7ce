begin;
select plan(7);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset

create function pg_temp.import(p_org uuid, p_day date, p_rows text) returns void language plpgsql as $$
declare
  v_batch uuid := trimtab.open_import(p_org, 'x.csv', 'test',
    '{"measures": ["spend", "conversions", "revenue"], "mapping": {"columns": {"revenue": {"blank": "zero_if_valued"}}}}');
begin
  execute format('insert into pg_temp.trimtab_import (line_number, title, currency, day, spend, conversions, revenue)
    select row_number() over (), r.title, ''USD'', %L, 10, r.conversions, r.revenue from (values %s) r (title, conversions, revenue)', p_day, p_rows);
  perform trimtab.close_import(p_org, v_batch);
end $$;
create function pg_temp.revenues(p_title text) returns text language sql as $$
  select string_agg(coalesce(f.revenue::text, '?'), ' ' order by f.day)
  from trimtab.campaign_metrics f join trimtab.campaigns c on c.id = f.campaign_id
  where c.title = p_title and f.grain = 'day' and f.known_to is null
$$;

select pg_temp.import(:'acme', '2026-03-16', $$('shop', 2, 90::numeric), ('leads', 3, null), ('loser', 0, null), ('mixed', 1, null)$$);
select pg_temp.import(:'acme', '2026-03-17', $$('shop', 0, null::numeric), ('leads', 0, null), ('loser', 0, null), ('mixed', 0, null)$$);
select is(pg_temp.revenues('shop'), '90 0', 'a shop that sold nothing today earned nothing today');
select is(pg_temp.revenues('leads'), '? ?', 'a campaign whose conversions have no value: its revenue is unknown, also on a day without any');
select is(pg_temp.revenues('loser'), '0 0', 'who never sold anything earned nothing');
select is(pg_temp.revenues('mixed'), '? ?', 'one conversion without a value, and nothing is known');
select pg_temp.import(:'acme', '2026-03-18', $$('mixed', 1, 40::numeric)$$);
select pg_temp.import(:'acme', '2026-03-19', $$('mixed', 0, null::numeric), ('loser', 1, null)$$);
select is(pg_temp.revenues('mixed'), '? ? 40 0', 'until a value shows that it has values');
select is(pg_temp.revenues('loser'), '0 0 ?', 'a first conversion without a value is not a value of 0');
select pg_temp.import(:'acme', '2026-03-19', $$('silent', null::numeric, null::numeric)$$);
select is(pg_temp.revenues('silent'), '?', 'nobody knows whether it converts, so nobody knows what it earned');
select * from finish();
rollback;
