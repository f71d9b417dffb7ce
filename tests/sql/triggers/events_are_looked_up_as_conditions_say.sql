-- Events are looked up by a part of a condition; what comes of it is what the conditions say of each event by itself.
begin;
select plan(5);

select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset

create temporary table conditions as
select row_number() over () as n, c::jsonpath as condition
from unnest(array[
  '$.a == 1', '$.a == "1"', '$.a == true', '$.a == null', '$.a < 2', '$.a <= 1', '$.a > 1', '$.a >= 1', '$.a < "b"', '$.a != 1',
  '$.a.b == 1', '$.a.b > 0.5', '$.a.b.c == 1', '$.a == 1 && $.b > 3', '$.b > 3 && $.a == 1', '$.b > 3 && $.c < 2', '($.a == 1) && ($.b == 2 && $.c == 3)',
  '$.a == 1 || $.b == 2', '!($.a == 1)', 'exists($.a ? (@ == 1))', '$.a == 1 && !($.b == 2)', '$.a == 1 && $.b == $.c', '1 == $.a', '$.a + 1 == 2',
  '$.a[*] == 1', '$.a[0] == 1', 'strict $.a == 1', '$.* == 1', '$.a like_regex "^x"', '$.a starts with "x" && $.b == 1', '$."odd \" key".b == "v\\w"',
  '$."0" == 1', '$.a."0" == 1', '$.a == -1.50', '$.a == 1e2', '$ == 1', '$.a.type() == "array"', '$.a == "x && $.b == 1"', '$.a == 10 && $.b like_regex "q"'
]) c;
create temporary table payloads as
select row_number() over () as n, p::jsonb as payload
from unnest(array[
  '{}', '{"a": 1}', '{"a": 1.0}', '{"a": "1"}', '{"a": true}', '{"a": null}', '{"a": [1, 2]}', '{"a": []}', '{"a": [[1]]}', '{"a": {"b": 1}}',
  '{"a": {"b": [0, 1]}}', '{"a": [{"b": 1}, {"b": 5}]}', '{"a": {"b": {"c": 1}}}', '{"a": {"b": [{"c": 1}]}}', '{"a": 1, "b": 4}', '{"a": 1, "b": 2, "c": 3}',
  '{"a": 1, "b": 2, "c": 2}', '{"a": [1], "b": [9], "c": 1}', '{"b": 9, "c": 1}', '{"a": "a"}', '{"a": "xy", "b": 1}', '{"odd \" key": {"b": "v\\w"}}',
  '{"0": 1}', '{"a": {"0": 1}}', '{"a": -1.5}', '{"a": 100}', '{"a": "x && $.b == 1"}', '{"a": 10, "b": "q"}', '{"a": {"b": 0.5}}', '{"a": {"b": "1"}}', '{"a": 1.5, "b": "4"}',
  '{"c": [1, "x"], "b": [1, 5]}', '{"a": [null]}', '{"a": [true, "1"]}'
]) p;

create function pg_temp.asked() returns text[] language sql as $$
  select array_agg(c.n || ' ' || p.n order by c.n, p.n)
  from conditions c, payloads p
  where p.payload @@ c.condition
$$;
create function pg_temp.matched() returns text[] language sql as $$
  select array_agg(t.name || ' ' || (e.dedupe_key) order by t.name::integer, e.dedupe_key::integer)
  from trimtab.trigger_matches m
  join trimtab.triggers t on t.org_id = m.org_id and t.id = m.trigger_id
  join trimtab.events e on e.org_id = m.org_id and e.id = m.event_id
$$;
create function pg_temp.emit(p_from bigint, p_to bigint) returns void language sql as $$
  insert into trimtab.events (org_id, recorded_at, occurred_at, type, payload, source, dedupe_key)
  select o.org_id, trimtab.clock(), trimtab.clock(), 'a.thing', p.payload, 'test', p.n
  from payloads p, trimtab.organizations o
  where p.n between p_from and p_to
$$;

select is((select string_agg(n::text, ' ' order by n) from conditions where trimtab.condition_fault(condition::text) is not null), null, 'all are conditions');
grant select on conditions to public;
select test.act_as(:'manager');
select trimtab.save_trigger(jsonb_build_object('name', n::text, 'event', jsonb_build_object('type', 'a.thing', 'condition', condition::text), 'target', '{"type": "alert"}'::jsonb))
from conditions;
select test.reset();
select is((select string_agg(name, ' ' order by name::integer) from trimtab.triggers where filter_path is not null),
  '1 2 3 4 5 6 7 8 11 12 14 15 16 17 31 32 33 34 35 38', 'of which these have a part to look up by');
select is((select array_agg(array_to_string(filter_path, '.') || ' ' || filter_operator || ' ' || filter_value order by name::integer) from trimtab.triggers where name in ('14', '15', '16', '31')),
  '{"a == 1","a == 1","b > 3","odd \" key.b == \"v\\\\w\""}', 'an equality rather than another comparison');
select pg_temp.emit(1, 1000);
select is(pg_temp.matched(), pg_temp.asked(), 'a batch');
delete from trimtab.trigger_matches; delete from trimtab.events;
select pg_temp.emit(n, n) from payloads;
select is(pg_temp.matched(), pg_temp.asked(), 'one by one');

select * from finish();
rollback;
