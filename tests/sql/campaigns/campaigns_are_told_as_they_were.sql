begin;
select plan(14);
select test.clock_at('2026-05-01 00:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.campaign(:'acme', 'Summer', p_starts_at => '2026-04-01 00:00+00', p_budget => 100) as summer \gset
create function pg_temp.at(p_org uuid, p_at timestamptz) returns text language sql as
  $$select format('%s %s %s', c.status, trim_scale(c.budget), trim_scale(round(c.hours_running, 2))) from trimtab.campaigns_at(p_org, p_at) c$$;
select is(pg_temp.at(:'acme', '2026-05-01 00:00+00'), 'active 100 720', 'active for 30 days');
select is(pg_temp.at(:'acme', '2026-05-02 12:30+00'), 'active 100 756.5', 'hours are not rounded up');

select test.clock_at('2026-05-02 00:00+00');
update trimtab.campaigns set status = 'paused' where id = :'summer';
select test.clock_at('2026-05-04 00:00+00');
update trimtab.campaigns set budget = 150 where id = :'summer';
select test.clock_at('2026-05-05 00:00+00');
update trimtab.campaigns set status = 'active', budget = 200 where id = :'summer';
select test.clock_at('2026-05-06 00:00+00');
select is(pg_temp.at(:'acme', '2026-05-06 00:00+00'), 'active 200 768', 'a pause does not count');
select is(pg_temp.at(:'acme', '2026-05-05 12:00+00'), 'active 200 756', 'half a day after it was resumed');
select is(pg_temp.at(:'acme', '2026-05-05 00:00+00'), 'active 200 744', 'a change counts from its moment on');
select is(pg_temp.at(:'acme', '2026-05-04 12:00+00'), 'paused 150 744', 'in the pause, after the budget was changed');
select is(pg_temp.at(:'acme', '2026-05-03 00:00+00'), 'paused 100 744', 'in the pause, before it');
select is(pg_temp.at(:'acme', '2026-05-01 12:00+00'), 'active 100 732', 'before the pause');
select is(pg_temp.at(:'acme', '2026-04-01 06:00+00'), 'active 100 6', 'before the first record the earliest known state');
select is(pg_temp.at(:'acme', '2026-03-01 00:00+00'), 'active 100 0', 'before it began it had not run');

-- Two changes at one moment.
update trimtab.campaigns set status = 'paused' where id = :'summer';
update trimtab.campaigns set status = 'active' where id = :'summer';
select is(pg_temp.at(:'acme', '2026-05-05 12:00+00'), 'active 200 756', 'changes at one moment are undone in their order');
update trimtab.campaigns set ends_at = '2026-05-07 00:00+00' where id = :'summer';
select is(pg_temp.at(:'acme', '2026-05-09 00:00+00'), 'active 200 792', 'after its end it does not run');
select test.clock_at('2026-05-20 00:00+00');
select is(pg_temp.at(:'acme', '2026-05-06 12:00+00'), 'active 200 780', 'nor does that disturb the past');

select test.organization('Rival') as rival \gset
select test.act_as(test.member(:'rival', 'owner'));
select is((select count(*) from trimtab.campaigns_at(:'acme')), 0::bigint, 'another tenant sees nothing');
select * from finish();
rollback;
