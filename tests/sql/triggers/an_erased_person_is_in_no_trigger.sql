begin;
select plan(3);

select test.organization('Acme') as acme \gset
select test.member(:'acme', 'owner') as owner \gset
select test.user(:'acme', 'manager') as jane \gset
select email as address from trimtab.users where id = :'jane' \gset
select test.act_as(:'owner');
select trimtab.save_trigger(format('{"name": "a", "event": {"type": "a.b"}, "target": {"type": "alert", "assignee": "%s"}}', :'jane')::jsonb);
select trimtab.save_trigger(format('{"name": "n", "event": {"type": "a.b"}, "target": {"type": "notification", "recipients": ["role:admin", "%s"]}}', upper(:'address'))::jsonb);
select trimtab.erase_user(:'jane');
select is((select count(*)::integer from trimtab.triggers t where t::text ~* :'jane' or t::text ~* :'address'), 0, 'neither by id nor by address');
select is((select array_agg(target order by name) from trimtab.triggers), array['{}', '{"recipients": ["role:admin"]}']::jsonb[], 'the others stay');
select is((select array_agg(document -> 'target' order by name) from trimtab.v_triggers), array['{"type": "alert"}', '{"type": "notification", "recipients": ["role:admin"]}']::jsonb[], 'and so the document');
select test.reset();

select * from finish();
rollback;
