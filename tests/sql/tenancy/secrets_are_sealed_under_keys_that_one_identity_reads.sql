begin;
select plan(25);

select is((select count(*) from trimtab.sealing_keys), 1::bigint, 'the deploy makes one key');
select is(pg_get_userbyid(c.relowner), 'trimtab_auth', 'of the one identity') from pg_class c where c.oid = 'trimtab.sealing_keys'::regclass;
select ok(not has_table_privilege(r, 'trimtab.sealing_keys', 'select'), r || ' reads no key')
from unnest(array['trimtab_owner', 'trimtab_definer', 'trimtab_keeper', 'trimtab_engine', 'trimtab_user']) r;
select results_eq($$select r::text from unnest(array['trimtab_owner', 'trimtab_definer', 'trimtab_keeper', 'trimtab_engine', 'trimtab_user']) r
  where has_function_privilege(r, 'trimtab.seal(text)', 'execute') or has_function_privilege(r, 'trimtab.unseal(bytea)', 'execute')
    or has_function_privilege(r, 'trimtab.add_sealing_key()', 'execute')$$, array['trimtab_definer'], 'and the definer alone may seal and open');

-- Whoever calls could have plans printed to the own screen, with every value that is handed on.
create function pg_temp.tells(p_function pg_proc) returns boolean language sql as $$
  select p_function.prosecdef and coalesce(not p_function.proconfig @> '{debug_print_plan=off}', true)
$$;
select is_empty($$select p.oid::regprocedure from pg_proc p where p.pronamespace = 'trimtab'::regnamespace and pg_temp.tells(p)
  and (p.proname in ('seal', 'unseal', 'add_sealing_key') or p.prosrc ~ 'trimtab\.((un)?seal|\w*webhook_secret)\(')$$, 'what handles secrets lets no plan be printed');
select is((select count(*) from pg_proc p where p.pronamespace = 'trimtab'::regnamespace and p.prosecdef and p.proconfig @> '{debug_print_plan=off}'), 7::bigint, 'seven functions do');

set role trimtab_definer;
select trimtab.seal('horse battery') as sealed, trimtab.seal('horse battery') as other \gset
select is(trimtab.unseal(:'sealed'), 'horse battery', 'what is sealed can be opened');
select isnt(:'sealed', :'other'::text, 'twice sealed is sealed in two ways');
select is(position('horse' in encode(:'sealed'::bytea, 'escape')), 0, 'and does not show');
select is(trimtab.seal(null), null::bytea, 'nothing stays nothing');
select is(trimtab.unseal(null), null::text, 'on both ways');
select throws_ok(format($$select trimtab.unseal(%L)$$, set_byte(:'sealed'::bytea, n, get_byte(:'sealed'::bytea, n) # 1)), 'TT082', 'a secret cannot be opened', format('byte %s altered', n))
from unnest(array[0, 15, 40, octet_length(:'sealed'::bytea) - 1]) n;
select throws_ok($$select trimtab.unseal('\x01')$$, 'TT082', 'a secret cannot be opened', 'what was never sealed');
select throws_ok($$select key from trimtab.sealing_keys$$, '42501', null, 'no key can be read');
reset role;

select trimtab.add_sealing_key() as newer \gset
set role trimtab_definer;
select is(trimtab.unseal(:'sealed'), 'horse battery', 'under a new key the old one still opens');
select is(substr(trimtab.seal('x'), 1, 16), uuid_send(:'newer'), 'and the new one seals');
reset role;
delete from trimtab.sealing_keys k where k.id <> :'newer';
set role trimtab_definer;
select throws_ok(format($$select trimtab.unseal(%L)$$, :'sealed'), 'TT082', 'a secret cannot be opened', 'without its key nothing opens');
reset role;
delete from trimtab.sealing_keys;
set role trimtab_definer;
select throws_ok($$select trimtab.seal('x')$$, 'TT082', 'there is no key to seal with', 'without any nothing is sealed');
reset role;

select * from finish();
rollback;
