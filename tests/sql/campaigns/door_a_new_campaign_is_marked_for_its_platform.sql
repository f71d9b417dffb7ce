begin;
select plan(4);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.act_as(:'manager');
insert into trimtab.campaigns (title, platform, status, budget) values ('made here', 'meta', 'active', 100), ('on none', null, 'active', 100);
select results_eq($$select c.title, o.change_id, o.marked_at from trimtab.campaign_outbox o join trimtab.campaigns c on c.id = o.campaign_id$$,
  $$values ('made here', null::uuid, timestamptz '2026-03-20 12:00+00')$$, 'a campaign made for a platform is marked');
update trimtab.campaigns set budget = 120 where title = 'made here';
select is((select count(*) from trimtab.campaign_outbox where change_id is not null), 1::bigint, 'a change takes over the mark');
insert into trimtab.campaigns (title, platform, source_key, status) values ('imported', 'meta', 'id:1', 'active');
select is((select count(*) from trimtab.campaign_outbox), 1::bigint, 'what an export names is on its platform already');
select test.reset();
select is((select count(*) from trimtab.audit_log where action = 'campaign.created'), 3::bigint, 'each is in the audit log');
select * from finish();
rollback;
