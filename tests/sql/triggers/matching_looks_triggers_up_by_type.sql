begin;
select plan(5);

select test.organization('Acme') as acme \gset
select test.organization('Other ' || n) from generate_series(1, 20) n;
set local session_replication_role to replica;
insert into trimtab.triggers (org_id, name, document, source, event_type, condition, target_code, target, created_at, updated_at, filter_path, filter_operator, filter_value)
select o.org_id, 't' || n, '{}', 'event', 'thing.type_' || n % 50, '$.a == 1', 'alert', '{}', trimtab.clock(), trimtab.clock(), '{a}', '==', '1'
from trimtab.organizations o, generate_series(1, 200) n;
set local session_replication_role to origin;
analyze trimtab.triggers;
set local track_functions to 'all';
create function pg_temp.emit(p_count integer) returns void language sql as $$
  insert into trimtab.events (org_id, recorded_at, occurred_at, type, payload, source)
  select o.org_id, trimtab.clock(), trimtab.clock(), 'thing.type_' || n % 3, jsonb_build_object('a', n % 2), 'test'
  from trimtab.organizations o, generate_series(1, p_count) n
  where o.name = 'Acme'
$$;
create function pg_temp.calls(p_name text) returns bigint language sql as $$
  select coalesce(sum(f.calls), 0)::bigint from pg_stat_xact_user_functions f where f.funcname = p_name
$$;
create function pg_temp.touched() returns table (scans bigint, rows bigint) language sql as $$
  select t.seq_scan, t.idx_tup_fetch from pg_stat_xact_user_tables t where t.relid = 'trimtab.triggers'::regclass
$$;

select scans, rows from pg_temp.touched() \gset before_
-- The plan is made for one event and serves many.
select pg_temp.emit(1);
select pg_temp.emit(600);
select is((select count(*)::integer from trimtab.trigger_matches), 4 * 301, 'each event with a = 1 matches the four triggers of its type');
select is((select scans from pg_temp.touched()) - :before_scans, 0::bigint, 'the triggers are not read through');
select cmp_ok((select rows from pg_temp.touched()) - :before_rows, '<=', 30::bigint, 'of 4200 those of the types are touched, once for each type');
select cmp_ok(pg_temp.calls('event_patterns'), '<=', 2 * (1 + 3)::bigint, 'a type is taken apart at most twice a statement, not for each event or trigger');
select is(pg_temp.calls('condition_holds'), 0::bigint, 'and no condition is asked the slow way');

select * from finish();
rollback;
