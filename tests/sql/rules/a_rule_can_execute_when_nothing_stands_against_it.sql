begin;
select plan(16);
select test.clock_at('2026-03-20 12:00+00');
-- In Auckland the day begins at 11:00 UTC in March.
select test.organization('Acme', 'Pacific/Auckland') as acme \gset
select test.organization('Umbrella') as umbrella \gset
select test.raw_rule(:'acme', 'limited', p_more => '{"cooldown_minutes": 60, "max_executions_per_day": 2}') as rule \gset
select test.raw_rule(:'acme', 'never', p_more => '{"max_executions_per_day": 0}') as never \gset
select test.raw_rule(:'acme', 'free') as free \gset
select test.raw_rule(:'acme', 'shadow', p_more => '{"status": "shadow"}') as shadow \gset
select test.raw_rule(:'umbrella', 'theirs') as theirs \gset
select test.member(:'acme', 'viewer') as viewer \gset
create function pg_temp.executed(p_rule uuid, p_at timestamptz, p_status text default 'success', p_mode text default 'active') returns void language sql as $$
  insert into trimtab.automation_executions (org_id, rule_id, rule_version, mode, trigger_source, status, error_message, executed_at, completed_at, login)
  select r.org_id, r.id, r.version, p_mode, 'clock', p_status, 'x', p_at, p_at, 'test' from trimtab.automation_rules r where r.id = p_rule
$$;
create function pg_temp.can(p_rule uuid, p_at timestamptz default null) returns boolean language plpgsql as $$
declare
  v_can boolean;
begin
  perform test.act_as((select login from test.viewer));
  v_can := trimtab.can_execute(p_rule, coalesce(p_at, trimtab.clock()));
  perform test.reset();
  return v_can;
end $$;
create table test.viewer as select :'viewer' as login;
grant select on test.viewer to public;

select is(pg_temp.can(:'rule'), true, 'an active rule that was not executed can');
select is(pg_temp.can(:'never'), false, '0 a day is never');
select is(pg_temp.can(:'shadow'), false, 'a rule in shadow executes nothing');
select pg_temp.executed(:'rule', '2026-03-20 11:30+00');
select is(pg_temp.can(:'rule', '2026-03-20 12:29:59+00'), false, 'a second before its cooldown is over it cannot');
select is(pg_temp.can(:'rule', '2026-03-20 12:30+00'), true, 'exactly at its end it can');
select is(pg_temp.can(:'rule', '2026-03-20 11:29+00'), true, 'what came later does not count');
select pg_temp.executed(:'rule', '2026-03-20 12:40+00', 'failure');
select is(pg_temp.can(:'rule', '2026-03-20 20:00+00'), false, 'its limit for the day is reached; what failed counts');
select is(pg_temp.can(:'rule', '2026-03-21 10:59+00'), false, 'until the organization''s day ends');
select is(pg_temp.can(:'rule', '2026-03-21 11:00+00'), true, 'and no longer');
select pg_temp.executed(:'rule', '2026-03-21 11:00+00', 'skipped');
select pg_temp.executed(:'rule', '2026-03-21 11:00+00', 'skipped', 'shadow');
select is(pg_temp.can(:'rule', '2026-03-21 11:30+00'), true, 'what was skipped begins no cooldown');
select pg_temp.executed(:'free', '2026-03-20 11:59:59+00');
select is(pg_temp.can(:'free'), true, 'without limits it always can');
update trimtab.guardrails set autopilot_enabled = false where org_id = :'acme';
select is(pg_temp.can(:'free'), false, 'but not while automation is switched off');
update trimtab.guardrails set autopilot_enabled = true where org_id = :'acme';
update trimtab.automation_rules set execution_count = 3, success_count = 2, failure_count = 1 where id = :'free';
select test.act_as(:'viewer');
select is(trimtab.success_rate(:'free'), 66.67, 'two of three are 66.67 %');
select throws_ok(format('select trimtab.can_execute(%L)', :'theirs'), 'TT031', null, 'another organization''s rule is not known');
select throws_ok(format('select trimtab.success_rate(%L)', :'theirs'), 'TT031', null, 'nor its success');
select test.act_as_nobody();
select throws_ok(format('select trimtab.success_rate(%L)', :'free'), 'TT001', null, 'and nobody is told');
select test.reset();
select * from finish();
rollback;
