begin;
select plan(3);

-- The oracle: PostgreSQL's own parser, whose errors mean that there are no claims.
create function pg_temp.oracle(p_claims text, p_name text) returns uuid language plpgsql as $$
declare v jsonb;
begin
  v := p_claims::jsonb;
  if jsonb_typeof(v) <> 'object' or jsonb_typeof(v -> p_name) is distinct from 'string' then return null; end if;
  if v ->> p_name !~ '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$' then return null; end if;
  return (v ->> p_name)::uuid;
exception when others then
  return null;
end $$;

create temp table texts (place integer generated always as identity, t text);
-- U stands for a uuid, V for another.
insert into texts (t) values
  (null), (''), (' '), ('{}'), ('[]'), ('null'), ('"U"'), ('U'),
  ('{"sub":"U"}'), (E' \t\r\n{ "sub" : "U" } \n'), ('{"sub":"u"}'), ('{"sub":"UU"}'), ('{"sub":" U"}'), ('{"sub":null}'), ('{"sub":1}'),
  ('{"sub":["U"]}'), ('{"sub":{"sub":"U"}}'), ('{"a":{"sub":"U"}}'), ('{"a":[{"sub":"U"}]}'), ('{"a":{"sub":"V"},"sub":"U"}'),
  ('{"sub":"V","sub":"U"}'), ('{"sub":"U","sub":null}'), ('{"sub":"U","sub":{"x":1}}'), ('{"sub":null,"sub":"U"}'),
  ('{"a":"\"sub\":\"V\"","sub":"U"}'), ('{"a":"{","sub":"U"}'), ('{"a":"}","sub":"U"}'), ('{"a":"\\","sub":"U"}'), ('{"a":"\\\"","sub":"U"}'),
  ('{"a":"x\u00e9\/\b","sub":"U"}'), ('{"a":"\x","sub":"U"}'), ('{"a":"\u12","sub":"U"}'), (E'{"a":"\n","sub":"U"}'),
  ('{"sub":"U"'), ('"sub":"U"}'), ('{"sub":"U"}}'), ('{{"sub":"U"}'), ('{"sub":"U"}{"sub":"V"}'), ('{"sub":"U",}'), ('{,"sub":"U"}'), ('{"sub" "U"}'),
  ('{"sub":"U" "x":1}'), ('{sub:"U"}'), ('{"sub":U}'), ('{''sub'':''U''}'), ('{"a" 1,"sub":"U"}'), ('{"a":,"sub":"U"}'), ('{"a":[1,],"sub":"U"}'),
  ('{"a":[1 2],"sub":"U"}'), ('{"a":[],"sub":"U"}'), ('{"a":{},"sub":"U"}'), ('{"a":[[[[]]]],"sub":"U"}'), ('{"a":[[[]],"sub":"U"}'), ('{"a":[}],"sub":"U"}'),
  ('{"a":[1,"x",null,true,false,-0.5e+10,{"b":[]}],"sub":"U"}'), ('{"a":01,"sub":"U"}'), ('{"a":1.,"sub":"U"}'), ('{"a":.5,"sub":"U"}'), ('{"a":+1,"sub":"U"}'),
  ('{"a":- 1,"sub":"U"}'), ('{"a":1e,"sub":"U"}'), ('{"a":truefalse,"sub":"U"}'), ('{"a":tr ue,"sub":"U"}'), ('{"a":NaN,"sub":"U"}'), ('{"a":True,"sub":"U"}'),
  ('{"a":$,"sub":"U"}'), ('{"a":#,"sub":"U"}'), ('{$:#,"sub":"U"}'), ('{"":"V","sub":"U"}'), ('{"sub ":"V","sub":"U"}'), ('{"Sub":"U"}'), ('{"subs":"U"}'),
  ('{"sub":"U","org_id":"V"}'), ('{"x":"sub","y":"U"}'), ('{"x":"sub","sub":"U","y":":"}'), ('{"a":1}{"sub":"U"}'), ('{"a":/**/1,"sub":"U"}'),
  ('{"é":"ü","sub":"U"}'), ('{"sub":"U"} x'), ('x {"sub":"U"}'), ('{"sub":"U","a":"' || repeat('x', 60000) || '"}'),
  ('{"sub":"U","a":' || repeat('[', 63) || repeat(']', 63) || '}');
update texts set t = replace(replace(t, 'U', 'd9428888-122b-11e1-b85c-61cd3cbb3210'), 'V', '00000000-0000-4000-8000-000000000000');

select is_empty($$
  select t, trimtab.jwt_claim(t, 'sub') as got, pg_temp.oracle(t, 'sub') as wanted
  from texts where trimtab.jwt_claim(t, 'sub') is distinct from pg_temp.oracle(t, 'sub')
$$, 'every text gives what jsonb gives');
select is((select count(*)::integer from texts where trimtab.jwt_claim(t, 'sub') is not null), 22, 'and a good part of them a claim');
select is_empty($$
  select t from unnest(array[
    '{"s\u0075b":"00000000-0000-4000-8000-000000000000","sub":"d9428888-122b-11e1-b85c-61cd3cbb3210"}',
    '{"sub":"d9428888-122b-11e1-b85c-61cd3cbb3210","s\u0075b":"00000000-0000-4000-8000-000000000000"}',
    '{"sub":"d9428888-122b-11e1-b85c-61cd3cbb3210","a":"' || repeat('x', 70000) || '"}',
    '{"sub":"d9428888-122b-11e1-b85c-61cd3cbb3210","a":' || repeat('[', 64) || repeat(']', 64) || '}']) t
  where trimtab.jwt_claim(t, 'sub') is not null
$$, 'a name in disguise, or a text beyond all measure, claims nothing');

select * from finish();
rollback;
