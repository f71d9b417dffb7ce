begin;
select plan(9);

select test.organization('Acme', 'Europe/Berlin', 'EUR') as acme \gset
select test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'manager') as manager \gset

select test.act_as(:'manager');
select is(trimtab.current_org_id(), :'acme'::uuid, 'a member acts for the organization');
select is(trimtab.current_user_id(), test.user_of(:'manager'), 'as the person whose login it is');
select results_eq('select name, time_zone::text, currency::text from trimtab.organizations',
  $$ values ('Acme', 'Europe/Berlin', 'EUR') $$, 'and sees this organization only');

select test.act_as_nobody();
select is(trimtab.current_org_id(), null, 'nobody acts for no organization');
select is_empty('select from trimtab.organizations', 'and sees none');

select test.act_as_engine(:'bolt');
select is(trimtab.require_org('owner'), :'bolt'::uuid, 'the engine acts for the organization it names');
select test.act_as(test.stranger());
select throws_ok('select trimtab.require_org()', 'TT001', null, 'a stranger acts for none');

select test.reset();
select is(session_user::text, 'postgres', 'the superuser is back');
select is(current_setting('trimtab.org_id'), '', 'and no setting claims anything');

select * from finish();
rollback;
