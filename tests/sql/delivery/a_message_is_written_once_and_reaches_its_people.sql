begin;
select plan(17);

select test.organization('Acme') as acme \gset
select test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'admin') as admin \gset
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'viewer') as viewer \gset
select test.member(:'bolt', 'owner') as other \gset
select test.user_of(:'admin') as admin_id, test.user_of(:'manager') as manager_id, test.user_of(:'viewer') as viewer_id, test.user_of(:'other') as other_id \gset
select u.email as manager_address from trimtab.users u where u.id = :'manager_id' \gset
select test.clock_at('2026-05-01 12:00+00');

set role trimtab_definer;
select trimtab.enqueue_message(:'acme', 'in_app', array['role:manager', :'viewer_id'], 'Paused', 'Because of its cost.', p_dedupe_key => 'e1:1') as first \gset
select trimtab.enqueue_message(:'acme', 'in_app', '{role:manager}', 'Again', 'Again.', p_dedupe_key => 'e1:1') as again \gset
select trimtab.enqueue_message(:'acme', 'email', array['Team@Example.org', upper(:'manager_address'), 'role:admin', :'other_id'], 'Paused', null) as mail \gset
select trimtab.enqueue_message(:'acme', 'slack', '{#ads}', null, 'Paused.') as slack \gset
select trimtab.enqueue_message(:'acme', 'webhook', p_url => 'https://hooks.example.com/x', p_method => 'put', p_payload => '{"a": 1}', p_not_before => '2026-05-01 13:00+00') as hook \gset
reset role;

select is(:'again'::uuid, :'first'::uuid, 'the same key writes nothing and answers with the first message');
select results_eq(
  $$select kind, recipients, status, subject, body, delivered_at = '2026-05-01 12:00+00' from trimtab.outbox order by kind, subject$$,
  format($$values
    ('email', array['Team@Example.org', 'role:admin', 'user:%s'], 'pending', 'Paused', 'Paused', null),
    ('in_app', array['role:manager', 'user:%s'], 'delivered', 'Paused', 'Because of its cost.', true),
    ('slack', '{#ads}', 'pending', null, 'Paused.', null),
    ('webhook', '{}', 'pending', null, null, null)$$, :'manager_id', :'viewer_id'),
  'members'' addresses are kept as ids, a stranger''s id is left out, a message without text says its subject');
select results_eq(
  $$select url, method, payload, not_before from trimtab.outbox where kind = 'webhook'$$,
  $$values ('https://hooks.example.com/x', 'PUT', '{"a": 1}'::jsonb, timestamptz '2026-05-01 13:00+00')$$, 'a webhook keeps where, how and what');
select set_eq(
  format($$select user_id from trimtab.notifications where message_id = %L$$, :'first'),
  array[:'admin_id'::uuid, :'manager_id'::uuid, :'viewer_id'::uuid],
  'a role means everybody who has it or a higher one');
select is((select count(*) from trimtab.notifications), 3::bigint, 'nothing else is shown within Trimtab');

set role trimtab_definer;
select throws_ok(format($$select trimtab.enqueue_message(%L, 'in_app', '{someone@example.org, role:boss}', 's', 'b')$$, :'acme'), 'TT062', null, 'a message nobody gets is refused');
select throws_ok(format($$select trimtab.enqueue_message(%L, 'in_app', array[%L], 's', 'b')$$, :'acme', :'other_id'), 'TT062', null, 'members of another organization are nobody');
select throws_ok(format($$select trimtab.enqueue_message(%L, 'email', '{#ads}', 's', 'b')$$, :'acme'), 'TT062', null, 'a channel gets no e-mail');
select throws_ok(format($$select trimtab.enqueue_message(%L, 'webhook', p_url => 'https://10.0.0.1/')$$, :'acme'), 'TT060', null, 'the URL is asked again when the message is written');
reset role;

select test.act_as(:'viewer');
select results_eq($$select subject, body, is_read from trimtab.v_notifications$$, $$values ('Paused', 'Because of its cost.', false)$$, 'a viewer sees the own notification');
select is((select count(*) from trimtab.outbox), 0::bigint, 'and nothing of the outbox');
select is(trimtab.mark_notifications_read(array[:'mail'::uuid]), 0, 'somebody else''s message cannot be marked');
select is(trimtab.mark_notifications_read(), 1, 'the own ones can');
select is(trimtab.mark_notifications_read(), 0, 'once');
select results_eq($$select is_read, read_at from trimtab.v_notifications$$, $$values (true, timestamptz '2026-05-01 12:00+00')$$, 'which shows');
select test.reset();
select is((select count(*) from trimtab.notifications where read_at is null), 2::bigint, 'the others'' stay unread');
select test.act_as(:'other');
select is((select count(*) from trimtab.v_notifications), 0::bigint, 'another organization sees none');
select test.reset();
select * from finish();
rollback;
