-- rule.executed: one event an execution that did something, and no announcement that leads to another.
begin;
select plan(12);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
update trimtab.automation_rules set status = 'paused' where org_id = :'acme';
select test.running_campaign(:'acme', 'Shop', 100) as shop \gset
update trimtab.campaigns set bid = 1 where id = :'shop';
select test.facts(:'acme', :'shop', '2026-03-10', 1000, 50, 20, 2, 60, p_days => 10);
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "Dearer", "status": "active", "trigger": {"on": "event", "event": "team.met"},
  "actions": [{"type": "adjust_bid", "value": 10}, {"type": "emit_event", "event": "team.told"}]}') as dearer \gset
select trimtab.save_rule('{"name": "Shadow", "trigger": {"on": "event", "event": "team.met"}, "actions": [{"type": "send_notification"}]}');
create function pg_temp.announced() returns table (rule text, status text, trigger text, succeeded text) language sql as $$
  select payload ->> 'rule_name', payload ->> 'status', payload ->> 'trigger', payload ->> 'succeeded'
  from trimtab.events where type = 'rule.executed' order by id
$$;
create function pg_temp.judge(p_at timestamptz) returns jsonb language plpgsql as $$
begin
  perform test.clock_at(p_at);
  return trimtab.run_organization(trimtab.current_org_id()) -> 'executed';
end
$$;

select is(trimtab.submit_event('team.met') -> 'executed', '1', 'an event from outside sets a rule off');
select results_eq('select * from pg_temp.announced()', $$values ('Dearer', 'success', 'event', '2')$$, 'what it did is announced, once; what a shadow would have done is not');
select results_eq($$ select subject_type, subject_id, (payload ->> 'execution_id')::uuid from trimtab.events where type = 'rule.executed' $$,
  $$ select 'rule', e.rule_id, e.id from trimtab.automation_executions e where e.mode = 'active' $$, 'about the rule, with its execution');
select is(pg_temp.judge('2026-03-20 12:05+00'), '0', 'nothing comes of that');
select is((select count(*) from pg_temp.announced()), 1::bigint, 'and it stays at one');

-- Rules that wait for announcements, for changes by rules and for rules' events.
select trimtab.save_rule(format('{"name": %s, "status": "active", "trigger": {"on": "event", "event": "%s"}, "campaign_cooldown_minutes": 0, "actions": [%s]}',
  to_json(type), type, action)::jsonb)
from (values
  ('rule.executed', '{"type": "create_alert"}'), ('campaign.bid_changed', '{"type": "send_notification"}'),
  ('alert.raised', '{"type": "send_notification"}'), ('team.told', '{"type": "send_notification"}')) v (type, action);
select test.clock_at('2026-03-21 12:00+00');
select test.reset(); select test.facts(:'acme', :'shop', '2026-03-20', 1000, 50, 20, 2, 60); select test.act_as(:'manager');
select trimtab.submit_event('team.met');
select is(pg_temp.judge('2026-03-21 12:05+00'), '3', 'the announcement, the change and the rule''s own event each set one off');
select is((select string_agg(rule, ', ') from pg_temp.announced()), 'Dearer, Dearer', 'which are not announced: what set them off came from a rule');
select is(pg_temp.judge('2026-03-21 12:10+00'), '1', 'the alert of the first of them sets off one more');
select is(pg_temp.judge('2026-03-21 12:15+00'), '0', 'then there is peace');
select is((select count(*) from pg_temp.announced()), 2::bigint, 'without another announcement');

select trimtab.save_rule('{"name": "Broken", "status": "active", "trigger": {"on": "event", "event": "team.late"},
  "actions": [{"type": "implement_recommendation"}]}');
select trimtab.submit_event('team.late', p_subject_type => 'campaign', p_subject_id => :'shop');
select is((select count(*) from pg_temp.announced()), 2::bigint, 'a rule that failed has not done anything');
select is((select count(*) from trimtab.automation_executions where mode = 'active' and status in ('success', 'partial') and completed_at is not null
  and (context #>> '{event,type}') = 'team.met'), 2::bigint, 'all that was announced was done');
select test.reset();
select * from finish();
rollback;
