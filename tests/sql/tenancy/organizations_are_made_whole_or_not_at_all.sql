begin;
select plan(22);

create function pg_temp.counts() returns text language sql as $$
  select concat_ws(' ', (select count(*) from trimtab.organizations), (select count(*) from trimtab.users), (select count(*) from trimtab.memberships))
$$;
create function pg_temp.detail_of(p_statement text) returns text language plpgsql as $$
declare v text;
begin
  execute p_statement;
  return null;
exception when others then
  get stacked diagnostics v = pg_exception_detail;
  return v;
end $$;
select pg_temp.counts() as before \gset

select test.act_as_engine();
select is(pg_temp.detail_of($$ select trimtab.create_organization(' ', 'Berlin', 'EURO', 'olga') $$),
  $$The name is blank. Time zone 'Berlin' is not known. Currency 'EURO' is not a code of three letters. 'olga' is not an e-mail address.$$,
  'all faults at once');
select throws_ok($$ select trimtab.create_organization('Acme', 'Europe/Nowhere') $$, 'TT007', null, 'a zone that looks right is asked for');
select throws_ok($$ select trimtab.create_organization(null, null, null) $$, 'TT007', null, 'nothing is not enough');
select is(pg_temp.counts(), :'before', 'and nothing is left of it');

select trimtab.create_organization(' Acme ', 'Europe/Berlin', 'eur', 'Olga@Example.com') as acme \gset
select test.reset();
select results_eq(format('select name, time_zone::text, currency::text, knowledge_revision, archived_at from trimtab.organizations where org_id = %L', :'acme'),
  $$ values ('Acme', 'Europe/Berlin', 'EUR', 0::bigint, null::timestamptz) $$, 'the organization');
select results_eq(format('select u.is_system, u.email from trimtab.users u join trimtab.organizations o on o.system_user_id = u.id where o.org_id = %L', :'acme'),
  $$ values (true, null::text) $$, 'its system actor');
select results_eq(format('select m.role, u.email from trimtab.memberships m join trimtab.users u on u.id = m.user_id where m.org_id = %L', :'acme'),
  $$ values ('owner', 'Olga@Example.com') $$, 'its owner');
select results_eq(format($$ select action from trimtab.audit_log where org_id = %L and entity_type in ('organization', 'membership') order by id $$, :'acme'),
  $$ values ('organization.created'), ('membership.created') $$, 'and the trail');
select trimtab.create_organization('Bolt', p_owner_email => 'Olga@Example.com') as bolt \gset
select is((select count(distinct user_id)::integer from trimtab.memberships where org_id in (:'acme', :'bolt')), 2,
  'the same address is another person elsewhere');

-- handlers
create function trimtab.note_organization(p_org_id uuid) returns void language sql as $$
  insert into trimtab.campaign_groups (org_id, name) values (p_org_id, 'noted') $$;
grant execute on function trimtab.note_organization(uuid) to trimtab_definer;
insert into trimtab.handlers (kind, function) values ('organization_created', 'trimtab.note_organization');
select test.act_as_engine();
select trimtab.create_organization('Cord') as cord \gset
select test.reset();
select isnt_empty(format($$ select from trimtab.campaign_groups where org_id = %L and name = 'noted' $$, :'cord'), 'other rooms are called');
create or replace function trimtab.note_organization(p_org_id uuid) returns void language plpgsql as $$ begin raise exception 'no'; end $$;
select pg_temp.counts() as before \gset
select test.act_as_engine();
select throws_ok($$ select trimtab.create_organization('Dust') $$, 'P0001', 'no', 'and when one fails');
select is(pg_temp.counts(), :'before', 'there is no organization');
select test.reset();

-- people cannot
select test.act_as(test.member(:'acme', 'owner'));
select throws_ok($$ select trimtab.create_organization('Mine') $$, '42501', null, 'an owner makes no other');
select throws_ok(format('select trimtab.restore_organization(%L)', :'acme'), '42501', null, 'nor restores');

-- settings
select lives_ok($$ select trimtab.change_organization_settings(p_time_zone => 'America/New_York') $$, 'an owner changes the settings');
select results_eq('select name, time_zone::text, currency::text from trimtab.organizations',
  $$ values ('Acme', 'America/New_York', 'EUR') $$, 'those that are named');
select throws_ok($$ select trimtab.change_organization_settings(' ', 'X/Y', '€') $$, 'TT007', null, 'to what they can be');
select throws_ok($$ update trimtab.organizations set name = 'x' $$, '42501', null, 'and not directly');

-- archiving
select lives_ok('select trimtab.archive_organization()', 'an owner archives');
select throws_ok('select trimtab.archive_organization()', 'TT001', null, 'once');
select test.act_as_engine();
select lives_ok(format('select trimtab.restore_organization(%L)', :'acme'), 'the engine restores');
select lives_ok(format('select trimtab.init_transaction_context(null, %L)', :'acme'), 'and acts for it again');
select test.reset();

select * from finish();
rollback;
