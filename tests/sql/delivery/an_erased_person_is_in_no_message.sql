begin;
select plan(5);

select test.organization('Acme') as acme \gset
select test.member(:'acme', 'owner') as owner \gset
select test.member(:'acme', 'manager') as manager \gset
select test.user_of(:'manager') as manager_id \gset
set role trimtab_definer;
select trimtab.enqueue_message(:'acme', 'email', '{Late@example.org, other@example.org}', 'S', 'B') as mail \gset
select trimtab.enqueue_message(:'acme', 'in_app', array['role:manager', :'manager_id'], 'S', 'B') as note \gset
select trimtab.create_alert(:'acme', 'Look', p_assignee => :'manager_id') as alert \gset
reset role;
update trimtab.users set email = 'late@example.org' where id = :'manager_id';
select is((select count(*) from trimtab.notifications where user_id = :'manager_id'), 1::bigint, 'there is a notification');

select test.act_as(:'owner');
select trimtab.erase_user(:'manager_id');
select test.reset();
select is((select recipients from trimtab.outbox where id = :'mail'), '{other@example.org}'::text[], 'the address is gone, others stay');
select is((select count(*) from trimtab.notifications where user_id = :'manager_id'), 0::bigint, 'so are the notifications');
select is((select count(*) from trimtab.notifications), 1::bigint, 'but not the owner''s');
select is((select assignee_id from trimtab.alerts where id = :'alert'), null::uuid, 'the alert is nobody''s');
select * from finish();
rollback;
