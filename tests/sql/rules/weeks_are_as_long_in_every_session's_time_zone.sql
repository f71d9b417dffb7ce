begin;
select plan(4);
-- In Berlin the clock went forward on 29 March: 30 days are 719 hours there, 7 days across it are 167.
select test.clock_at('2026-04-05 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
update trimtab.automation_rules set status = 'paused';
select test.running_campaign(:'acme', 'one') as one \gset
select id as rule from trimtab.automation_rules order by name limit 1 \gset
select test.user() as person \gset
set local session_replication_role = replica;
update trimtab.rule_versions set valid_from = '2026-03-26 12:00+00' where rule_id = :'rule';
insert into trimtab.automation_executions (org_id, rule_id, rule_version, campaign_id, trigger_source, status, executed_at, completed_at, login)
select :'acme', :'rule', 1, :'one', 'clock', 'success', at, at, 'x'
from unnest(array[timestamptz '2026-03-06 12:00+00', '2026-03-06 11:59:59+00', '2026-04-02 11:59:59+00', '2026-04-02 12:00+00']) at;
insert into trimtab.campaign_changes (org_id, campaign_id, action_type, is_automated, origin, reason, previous_state, new_state, status, user_id, login,
  rule_id, rule_version, executed_at, created_at)
values
  (:'acme', :'one', 'auto_pause', true, 'rule', 'x', '{"status": "active"}', '{"status": "paused"}', 'executed', :'person', 'x', :'rule', 1,
   '2026-03-26 12:00+00', '2026-03-26 12:00+00'),
  (:'acme', :'one', 'status_changed', false, 'person', 'x', '{"status": "paused"}', '{"status": "active"}', 'executed', :'person', 'x', null, null,
   '2026-04-02 11:59:59+00', '2026-04-02 11:59:59+00');
set local session_replication_role = origin;
create temporary table told (zone text, last_30d bigint, in_week bigint, reversals bigint);
grant all on told to public;
select test.act_as(:'manager');
create function pg_temp.tell(p_zone text) returns void language plpgsql as $$
begin
  perform set_config('timezone', p_zone, true);
  insert into told
  select p_zone,
         (select sum(p.executions_last_30d) from trimtab.v_automation_performance p),
         (select e.executions from trimtab.v_rule_version_effects e where e.side = 'after' and e.valid_from = '2026-03-26 12:00+00'),
         (select count(*) from trimtab.v_rule_reversals);
end $$;
select pg_temp.tell(z) from unnest(array['UTC', 'Europe/Berlin', 'America/New_York']) z;
select test.reset();
select is((select count(*) from told), 3::bigint, 'three sessions were asked');
select results_eq('select distinct last_30d from told', $$values (3::bigint)$$, '30 days are 720 hours');
select results_eq('select distinct in_week from told', $$values (1::bigint)$$, 'a week is 168 hours');
select results_eq('select distinct reversals from told', $$values (1::bigint)$$, 'in which putting back counts');
select * from finish();
rollback;
