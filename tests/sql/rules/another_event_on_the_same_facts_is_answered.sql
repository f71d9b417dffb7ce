begin;
select plan(6);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
update trimtab.automation_rules set status = 'paused';
select test.member(:'acme', 'manager') as manager \gset
select test.running_campaign(:'acme', 'one') as one \gset
update trimtab.campaigns set bid = 1;
select test.facts(:'acme', :'one', '2026-03-19', 50000, 500, 90, 60, 900);
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "tell", "status": "active", "trigger": {"on": "event", "event": "mention.received"}, "scope": {"related": true},
  "conditions": [{"metric": "spend", "operator": ">", "threshold": 10}], "actions": [{"type": "create_alert"}], "campaign_cooldown_minutes": 0}');
select trimtab.save_rule('{"name": "bid", "status": "active", "trigger": {"on": "event", "event": "mention.received"}, "scope": {"related": true},
  "conditions": [{"metric": "spend", "operator": ">", "threshold": 10}], "actions": [{"type": "adjust_bid", "value": 10}], "campaign_cooldown_minutes": 0}');
create function pg_temp.mention(p_at timestamptz) returns jsonb language plpgsql as $$
begin
  perform test.clock_at(p_at);
  return trimtab.submit_event('mention.received', p_subject_type => 'campaign', p_subject_id => (select c.id from trimtab.campaigns c)) - array['event_id', 'judged'];
end $$;
select is(pg_temp.mention('2026-03-20 12:00+00'), '{"executed": 2, "shadowed": 0, "held_back": 0, "failed": 0}', 'an event is answered');
select is(pg_temp.mention('2026-03-20 12:10+00'), '{"executed": 1, "shadowed": 0, "held_back": 1, "failed": 0}', 'and so is another one on the same facts');
select is((select execution_count from trimtab.automation_rules where name = 'tell'), 2, 'by whoever tells of it');
select is((select bid from trimtab.campaigns), 1.10, 'to the campaign nothing is done twice');
select results_eq($$select rule_name, code, hold_count from trimtab.v_held_decisions$$, $$values ('bid', 'same_facts', 1)$$, 'which is recorded');
select test.reset();
select test.facts(:'acme', :'one', '2026-03-18', 50000, 500, 90, 60, 900);
select test.act_as(:'manager');
select is(pg_temp.mention('2026-03-20 12:20+00'), '{"executed": 2, "shadowed": 0, "held_back": 0, "failed": 0}', 'until newer facts have come');
select test.reset();
select * from finish();
rollback;
