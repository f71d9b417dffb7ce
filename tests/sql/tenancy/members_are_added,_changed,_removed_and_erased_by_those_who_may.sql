begin;
select plan(46);

select test.organization('Acme') as acme, test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'owner') as owner, test.member(:'acme', 'admin') as admin, test.member(:'acme', 'manager') as manager \gset
select test.user_of(:'owner') as owner_id, test.user_of(:'admin') as admin_id, test.user_of(:'manager') as manager_id \gset
create function pg_temp.role_of(p_user uuid) returns text language sql security definer as
  $$ select string_agg(role, ' ') from trimtab.memberships where user_id = p_user $$;

-- adding
select test.act_as(:'admin');
select trimtab.add_member(' Jane@Example.com ', 'analyst', ' Jane ') as jane \gset
select results_eq(format('select email, display_name, is_system, erased_at from trimtab.users where id = %L', :'jane'),
  $$ values ('Jane@Example.com', 'Jane', false, null::timestamptz) $$, 'the person is there, without the blanks');
select is(pg_temp.role_of(:'jane'), 'analyst', 'with the role');
select throws_ok($$ select trimtab.add_member('jane@example.COM', 'viewer') $$, 'TT008', null, 'the same address is not added twice');
select throws_ok($$ select trimtab.add_member('jane', 'boss') $$, 'TT007', 'the member cannot be added like this', 'bad values are refused');
select throws_ok($$ select trimtab.add_member(null, 'viewer') $$, 'TT007', null, 'so is no address');
select throws_ok($$ select trimtab.add_member('x@example.com', null) $$, 'TT007', null, 'and no role');
select throws_ok($$ select trimtab.add_member('x@example.com', 'system') $$, 'TT007', null, 'nobody becomes the system');
select throws_ok($$ select trimtab.add_member('x@example.com', 'owner') $$, 'TT003', null, 'an admin makes no owner');
select throws_ok(format('select trimtab.add_member(null, %L, null, %L)', 'viewer', :'jane'), 'TT009', null, 'nor adds by id');
select lives_ok($$ select trimtab.add_member('x@example.com', 'admin') $$, 'but other admins');
select test.act_as(:'manager');
select throws_ok($$ select trimtab.add_member('y@example.com', 'viewer') $$, 'TT003', null, 'a manager adds nobody');
select test.act_as(:'owner');
select lives_ok($$ select trimtab.add_member('o@example.com', 'owner') $$, 'an owner makes owners');

-- the detail tells everything that is wrong
create function pg_temp.detail_of(p_statement text) returns text language plpgsql as $$
declare v text;
begin
  execute p_statement;
  return null;
exception when others then
  get stacked diagnostics v = pg_exception_detail;
  return v;
end $$;
select is(pg_temp.detail_of($$ select trimtab.add_member('jane', 'boss') $$),
  $$'jane' is not an e-mail address. The role 'boss' is none of owner, admin, manager, analyst, viewer.$$, 'all faults at once');

-- roles
select test.act_as(:'admin');
select lives_ok(format('select trimtab.set_member_role(%L, %L)', :'jane', 'manager'), 'an admin changes roles');
select is(pg_temp.role_of(:'jane'), 'manager', 'and so it is');
select throws_ok(format('select trimtab.set_member_role(%L, %L)', :'jane', 'owner'), 'TT003', null, 'not to owner');
select throws_ok(format('select trimtab.set_member_role(%L, %L)', :'owner_id', 'viewer'), 'TT003', null, 'nor an owner''s');
select throws_ok(format('select trimtab.set_member_role(%L, %L)', :'jane', 'boss'), 'TT007', null, 'nor to what is no role');
select throws_ok(format('select trimtab.remove_member(%L)', :'owner_id'), 'TT003', null, 'nor removes an owner');
select throws_ok(format('select trimtab.set_member_role(%L, %L)', gen_random_uuid(), 'viewer'), 'TT009', null, 'nor somebody unknown');

-- removing
select lives_ok(format('select trimtab.remove_member(%L)', :'manager_id'), 'an admin removes members');
select is(pg_temp.role_of(:'manager_id'), null, 'and they are gone');
select test.act_as(:'manager');
select throws_ok('select trimtab.require_org()', 'TT001', null, 'at once');
select test.reset();
select is_empty(format('select from trimtab.login_organizations where login = %L', :'manager'), 'and unbound, so that adding the person again revives nothing');
select isnt_empty(format('select from trimtab.users where id = %L and email is not null', :'manager_id'), 'the person is known still');

-- the last owner
select test.act_as(:'owner');
select trimtab.remove_member(u.id) from trimtab.users u where u.email = 'o@example.com';
select throws_ok(format('select trimtab.remove_member(%L)', :'owner_id'), 'TT050', null, 'the last owner cannot go');
select throws_ok(format('select trimtab.set_member_role(%L, %L)', :'owner_id', 'admin'), 'TT050', null, 'nor step down');
select throws_ok(format('select trimtab.erase_user(%L)', :'owner_id'), 'TT050', null, 'nor be erased');
select lives_ok(format('select trimtab.set_member_role(%L, %L)', :'owner_id', 'owner'), 'staying one is no change');

-- one person in two organizations is an operator's doing
select test.act_as_engine(:'bolt');
select is(trimtab.add_member(null, 'viewer', null, :'jane'), :'jane'::uuid, 'the engine adds by id');
select throws_ok(format('select trimtab.add_member(%L, %L, null, %L)', 'z@example.com', 'viewer', :'admin_id'), 'TT007', null, 'with nothing but the id');
select throws_ok(format('select trimtab.add_member(null, %L, null, (select system_user_id from trimtab.organizations where org_id = %L))', 'viewer', :'bolt'),
  'TT009', null, 'and people only');
select test.reset();
select is((select count(*)::integer from trimtab.memberships where user_id = :'jane'), 2, 'she is a member of both');

-- erasing, by an owner
select test.act_as(:'owner');
select lives_ok(format('select trimtab.erase_user(%L)', :'jane'), 'an owner erases');
select is_empty(format('select from trimtab.users where id = %L', :'jane'), 'and does not see the person any more');
select throws_ok(format('select trimtab.erase_user(%L)', :'jane'), 'TT009', null, 'nor can again');
select test.reset();
select results_eq(format('select m.org_id, u.email from trimtab.users u join trimtab.memberships m on m.user_id = u.id where u.id = %L', :'jane'),
  format($$ values (%L::uuid, 'Jane@Example.com') $$, :'bolt'), 'what another organization needs of her stays');
select test.act_as(:'owner');
select lives_ok(format('select trimtab.erase_user(%L)', :'admin_id'), 'one who is nowhere else');
select test.reset();
select results_eq(format('select email, display_name, erased_at is not null from trimtab.users where id = %L', :'admin_id'),
  $$ values (null::text, null::text, true) $$, 'is erased');
select is_empty(format('select from trimtab.database_logins where login = %L', :'admin'), 'the login is nobody''s');
select isnt_empty(format($$ select from trimtab.audit_log where user_id = %L and action = 'membership.created' $$, :'admin_id'),
  'what the person did stays in the trail, by id');
select is_empty(format($$ select from trimtab.audit_log a where a::text ilike '%%example.com%%' or a::text ilike '%%jane%%' $$),
  'and no personal data ever were in it');

-- erasing, by the engine
select test.act_as_engine();
select lives_ok(format('select trimtab.erase_user(%L)', :'jane'), 'the engine erases everywhere');
select lives_ok(format('select trimtab.erase_user(%L)', :'jane'), 'twice is the same as once');
select throws_ok(format('select trimtab.erase_user(%L)', gen_random_uuid()), 'TT009', null, 'unless there is nobody');
select test.reset();
select results_eq(format('select email, erased_at is not null from trimtab.users where id = %L', :'jane'),
  $$ values (null::text, true) $$, 'and she is erased');

select * from finish();
rollback;
