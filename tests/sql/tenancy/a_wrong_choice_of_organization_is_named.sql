begin;
select plan(3);
select test.organization('Acme') as acme, test.organization('Beta') as beta \gset
create function pg_temp.hint() returns text language plpgsql as $$
declare
  v_hint text;
begin
  perform trimtab.require_org('viewer');
  return null;
exception when sqlstate 'TT001' then
  get stacked diagnostics v_hint = pg_exception_hint;
  return v_hint;
end $$;
grant execute on function pg_temp.hint() to public;
select test.act_as(test.member(:'acme', 'viewer'));
select set_config('trimtab.org_id', 'nonsense', true);
select matches(pg_temp.hint(), '^trimtab.org_id names no organization', 'what is no id');
select set_config('trimtab.org_id', :'beta', true);
select matches(pg_temp.hint(), '^trimtab.org_id names no organization', 'and what is another''s, alike');
select set_config('trimtab.org_id', '', true);
select is(pg_temp.hint(), null, 'without a choice there is the one');
select * from finish();
rollback;
