begin;
select plan(1);
select test.organization('Acme') as acme \gset
select test.act_as(test.member(:'acme', 'manager'));
insert into trimtab.campaign_groups (name) values ('Spring');
update trimtab.campaign_groups set name = 'Summer';
select results_eq(
  $$ select action, old_values ->> 'name', new_values ->> 'name' from trimtab.audit_log where entity_type = 'campaign_group' order by id $$,
  $$ values ('campaign_group.created', null, 'Spring'), ('campaign_group.updated', 'Spring', 'Summer') $$,
  'who makes or renames a group leaves a trace');
select * from finish();
rollback;
