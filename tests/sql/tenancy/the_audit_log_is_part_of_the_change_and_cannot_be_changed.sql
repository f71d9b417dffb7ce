begin;
select plan(17);

select test.organization('Acme') as acme \gset
select test.member(:'acme', 'owner') as owner, test.member(:'acme', 'viewer') as viewer \gset
select test.user_of(:'owner') as owner_id, test.user_of(:'viewer') as viewer_id \gset
create temp table seen (n bigint);
grant all on seen to public;
insert into seen select max(id) from trimtab.audit_log;
create function pg_temp.since() returns setof trimtab.audit_log language sql as
  $$ select a from trimtab.audit_log a where a.id > (select max(n) from seen) order by a.id $$;

-- who, what, old and new, when
select test.clock_at('2026-03-05 12:00+00');
select test.act_as(:'owner');
select trimtab.set_member_role(:'viewer_id', 'analyst');
select test.reset();
select results_eq(
  'select org_id, occurred_at, user_id, login, rule_id, run_id, action, entity_type, entity_id, old_values, new_values, transaction_id from pg_temp.since()',
  format($$ values (%L::uuid, timestamptz '2026-03-05 12:00+00', %L::uuid, %L, null::uuid, null::uuid, 'membership.updated', 'membership',
    %L::uuid, '{"role": "viewer"}'::jsonb, '{"role": "analyst"}'::jsonb, pg_current_xact_id()) $$, :'acme', :'owner_id', :'owner', :'viewer_id'),
  'who, with which login, what, from what to what, when, in which transaction');

insert into seen select max(id) from trimtab.audit_log;
select test.act_as(:'owner');
select trimtab.set_member_role(:'viewer_id', 'analyst');
select test.reset();
select is_empty('select from pg_temp.since()', 'what changes nothing leaves nothing');

-- in the same transaction
savepoint before;
select test.act_as(:'owner');
select trimtab.change_organization_settings('Acme & Sons');
select test.reset();
select is((select count(*)::integer from pg_temp.since() where action = 'organization.updated'), 1, 'a change has its row');
rollback to before;
select is_empty('select from pg_temp.since()', 'and takes it along when it is taken back');

-- the engine and operators
select test.act_as_engine(:'acme');
select trimtab.change_organization_settings('Acme & Sons');
select test.reset();
select results_eq($$ select user_id, login, old_values, new_values from pg_temp.since() $$,
  format($$ select system_user_id, 'trimtab_engine'::text, '{"name": "Acme"}'::jsonb, '{"name": "Acme & Sons"}'::jsonb
    from trimtab.organizations where org_id = %L $$, :'acme'), 'the engine appears as the system actor');
insert into seen select max(id) from trimtab.audit_log;
update trimtab.organizations set currency = 'EUR' where org_id = :'acme';
select results_eq($$ select user_id, login, action from pg_temp.since() $$,
  $$ values (null::uuid, session_user::text collate "default", 'organization.updated') $$, 'a superuser at the table as a login without a person');

-- nobody can change it
select is_empty($$
  select r.rolname, p.privilege
  from pg_roles r
  cross join unnest(array['insert', 'update', 'delete', 'truncate', 'trigger', 'references']) p (privilege)
  where r.rolname like 'trimtab%' and r.rolname not in ('trimtab_owner', 'trimtab_admin')
    and has_table_privilege(r.oid, 'trimtab.audit_log', p.privilege)
    and not (r.rolname = 'trimtab_definer' and p.privilege = 'insert')
$$, 'no role but the owner has a right to change it; the definer may add');
select is_empty($$
  select from pg_attribute a, unnest(array['update', 'references']) p (privilege), pg_roles r
  where a.attrelid = 'trimtab.audit_log'::regclass and a.attnum > 0
    and r.rolname in ('trimtab_user', 'trimtab_engine', 'trimtab_definer', 'trimtab_auth', 'trimtab_keeper')
    and has_column_privilege(r.oid, a.attrelid, a.attnum, p.privilege)
$$, 'not of a single column either');
set local role trimtab_definer;
select throws_ok('update trimtab.audit_log set login = login', '42501', null, 'the definer is refused');
select throws_ok('delete from trimtab.audit_log', '42501', null, 'in deleting, too');
reset role;
select test.act_as(:'owner');
select throws_ok('update trimtab.audit_log set login = login', '42501', null, 'and an owner');
select throws_ok($$ insert into trimtab.audit_log (org_id, occurred_at, login, action, entity_type)
  values (trimtab.current_org_id(), now(), 'x', 'x', 'x') $$, '42501', null, 'who cannot forge a row');
select throws_ok('create temp table t (org_id uuid); create trigger t after insert on t for each row execute function trimtab.write_audit(''x'', ''org_id'')',
  '42501', null, 'not through the trigger function on a table of the own');

-- who reads it
select isnt_empty('select from trimtab.audit_log', 'managers and above read it');
select test.act_as(:'viewer');
select is_empty('select from trimtab.audit_log', 'others see nothing in it');
select test.act_as(test.member(test.organization('Bolt'), 'owner'));
select is_empty(format('select from trimtab.audit_log where org_id = %L', :'acme'), 'another organization''s owner nothing of this one');
select isnt_empty('select from trimtab.audit_log', 'but the own');
select test.reset();

select * from finish();
rollback;
