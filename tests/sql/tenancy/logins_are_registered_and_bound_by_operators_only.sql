begin;
select plan(23);

select test.organization('Acme') as acme, test.organization('Bolt') as bolt \gset
select test.user(:'acme', 'analyst') as jane \gset
create role test_jane login in role trimtab_user;
create role test_web login in role trimtab_user;
create role test_outside login;
create role test_mighty login in role trimtab_user, trimtab_definer;
create role test_bypass login bypassrls in role trimtab_user;
create function pg_temp.detail_of(p_statement text) returns text language plpgsql as $$
declare v text;
begin
  execute p_statement;
  return null;
exception when others then
  get stacked diagnostics v = pg_exception_detail;
  return v;
end $$;

select test.act_as_engine();
select lives_ok(format('select trimtab.create_login(%L, %L, %L)', 'test_jane', 'analyst', :'jane'), 'a role becomes an analyst''s login');
select lives_ok(format('select trimtab.create_login(%L, %L, %L)', 'test_jane', 'analyst', :'jane'), 'twice is the same as once');
select lives_ok($$ select trimtab.create_login('test_web', 'application') $$, 'another one an application''s');
select is(pg_temp.detail_of($$ select trimtab.create_login('test_none', 'robot') $$),
  $$There is no PostgreSQL role 'test_none'. The kind 'robot' is none of analyst, application, jwt.$$, 'all faults at once');
select is(pg_temp.detail_of($$ select trimtab.create_login('test_outside', 'application') $$),
  'The role test_outside is no member of trimtab_user.', 'it must be in the group');
select is(pg_temp.detail_of($$ select trimtab.create_login('test_mighty', 'application') $$),
  'The role test_mighty is a member of trimtab_definer, who sees every organization.', 'and in no other of ours');
select is(pg_temp.detail_of($$ select trimtab.create_login('test_bypass', 'jwt') $$),
  'The role test_bypass passes by row security.', 'row security must bind it');
select throws_ok($$ select trimtab.create_login('postgres', 'application') $$, 'TT007', null, 'a superuser is none');
select throws_ok($$ select trimtab.create_login('trimtab_engine', 'analyst') $$, 'TT007', null, 'the engine stays the engine');
select throws_ok($$ select trimtab.create_login('test_web', 'engine') $$, 'TT007', null, 'and nobody else becomes one');
select throws_ok($$ select trimtab.create_login('test_jane', 'application') $$, 'TT007', null, 'a login does not change its kind unnoticed');
select throws_ok(format('select trimtab.create_login(%L, %L, %L)', 'test_web', 'application', :'jane'), 'TT007', null, 'an application is no person');
select throws_ok($$ select trimtab.create_login('test_x', 'analyst') $$, 'TT007', null, 'an analyst is one');

select lives_ok(format('select trimtab.bind_login(%L, %L)', 'test_jane', :'acme'), 'it is bound to the person''s organization');
select lives_ok(format('select trimtab.bind_login(%L, %L)', 'test_jane', :'acme'), 'twice is the same as once');
select throws_ok(format('select trimtab.bind_login(%L, %L)', 'test_jane', :'bolt'), 'TT009', null, 'to no other');
select throws_ok(format('select trimtab.bind_login(%L, %L)', 'test_web', :'acme'), 'TT051', null, 'applications are not bound');
select throws_ok(format('select trimtab.bind_login(%L, %L)', 'test_jane', gen_random_uuid()), 'TT004', null, 'nor to what is not there');
select test.act_as('test_jane');
select is(trimtab.require_org('analyst'), :'acme'::uuid, 'then it works');
select test.act_as_engine();
select lives_ok(format('select trimtab.unbind_login(%L, %L)', 'test_jane', :'acme'), 'until it is unbound');
select throws_ok(format('select trimtab.unbind_login(%L, %L)', 'test_jane', :'acme'), 'TT051', null, 'once');
select trimtab.remove_login('test_jane');
select throws_ok($$ select trimtab.remove_login('test_jane') $$, 'TT051', null, 'a login that was removed is gone');
select throws_ok($$ select trimtab.remove_login('trimtab_engine') $$, 'TT051', null, 'the engine''s stays');
select test.reset();

select * from finish();
rollback;
