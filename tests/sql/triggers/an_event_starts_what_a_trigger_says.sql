begin;
select plan(20);

select test.clock_at('2026-03-02 12:00+00');
select test.organization('Acme') as acme, test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'manager') as manager, test.member(:'acme', 'viewer') as viewer \gset
select test.campaign(:'acme', 'Spring') as spring, test.campaign(:'acme', 'Summer') as summer, test.campaign(:'bolt', 'Theirs') as theirs \gset
create function pg_temp.fire(p_at timestamptz default trimtab.clock()) returns integer language sql as $$
  select sum(trimtab.tick_triggers(o, p_at, 100))::integer from trimtab.organizations_with_trigger_matches(p_at) o
$$;
create function pg_temp.emit(p_org uuid, p_type text, p_payload jsonb default '{}', p_subject_type text default null, p_subject_id uuid default null)
  returns bigint language sql as $$
  select trimtab.emit_event(p_org, p_type, p_payload, p_subject_type, p_subject_id)
$$;
create function pg_temp.waiting() returns text language sql as $$
  select coalesce(string_agg(t.name, ' ' order by t.name), '')
  from trimtab.trigger_matches m join trimtab.triggers t on t.org_id = m.org_id and t.id = m.trigger_id
$$;

select test.act_as(:'manager');
select trimtab.save_trigger('{"name": "exact", "event": {"type": "thing.seen"}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "below", "event": {"type": "thing.*"}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "bad", "event": {"type": "thing.seen", "condition": "$.sentiment < -0.5"}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "kind", "event": {"type": "thing.seen", "subject_type": "campaign"}, "target": {"type": "alert"}}');
select trimtab.save_trigger(format('{"name": "one", "event": {"type": "thing.seen", "subject_id": "%s"}, "target": {"type": "alert"}}', :'spring')::jsonb);
select trimtab.save_trigger('{"name": "asleep", "status": "paused", "event": {"type": "thing.seen"}, "target": {"type": "alert"}}');
select test.reset();

select pg_temp.emit(:'bolt', 'thing.seen', '{"sentiment": -1}', 'campaign', :'spring');
select is(pg_temp.waiting(), '', 'another organization''s events match nothing');
select pg_temp.emit(:'acme', 'thing.gone');
select is(pg_temp.waiting(), 'below', 'what a type begins with');
select is(pg_temp.fire(), 1, 'one firing');
select is(pg_temp.waiting(), '', 'and the queue is empty');
select pg_temp.emit(:'acme', 'thing.seen', '{"sentiment": -0.5}');
select is(pg_temp.waiting(), 'below exact', 'the type, not below a condition that does not hold');
select pg_temp.emit(:'acme', 'thing.seen', '{"sentiment": -0.6}');
select is(pg_temp.waiting(), 'bad below below exact exact', 'a condition on the payload');
select pg_temp.fire();
select pg_temp.emit(:'acme', 'thing.seen', '{"sentiment": "x"}', 'campaign', :'summer');
select is(pg_temp.waiting(), 'below exact kind', 'the kind of the subject; a condition that cannot be answered is silent');
select pg_temp.fire();
select pg_temp.emit(:'acme', 'thing.seen', '{}', 'campaign', :'spring');
select is(pg_temp.waiting(), 'below exact kind one', 'the subject itself');
select pg_temp.fire();
select pg_temp.emit(:'acme', 'other.thing');
select is(pg_temp.waiting(), '', 'other types match nothing');
select is(
  (select array_agg(title || ' ' || raised_count order by title) from trimtab.alerts where org_id = :'acme' and source = 'trigger' and campaign_id is null),
  '{"bad 1","below 3","exact 2"}', 'alerts are counted by title');
select is(
  (select title || ': ' || message from trimtab.alerts where campaign_id = :'summer' and title = 'kind'),
  'kind: thing.seen ' || :'summer' || ' {"sentiment": "x"}', 'with the event, about its campaign');

-- The other targets.
select test.act_as(:'manager');
select trimtab.set_trigger_status(id, 'paused') from trimtab.v_triggers where name in ('exact', 'below', 'bad', 'kind', 'one');
select trimtab.save_rule('{"name": "Pause it", "status": "active", "trigger": "manual", "cooldown_minutes": 0,
  "conditions": [{"type": "campaign_attribute", "field": "currency", "operator": "=", "value": "USD"}], "actions": [{"type": "pause_campaign"}]}') as rule \gset
select trimtab.save_trigger('{"name": "r", "event": {"type": "call.rule"}, "target": {"type": "rule", "rule": "Pause it"}}');
select trimtab.save_trigger('{"name": "n", "event": {"type": "call.tell"}, "target": {"type": "notification", "recipients": ["role:manager"], "message": "Look"}}');
select trimtab.save_trigger('{"name": "e", "event": {"type": "call.emit"}, "target": {"type": "emit_event", "event": "team.told", "payload": {"a": 1}}}');
select test.reset();
select pg_temp.emit(:'acme', 'call.rule', format('{"campaign_ids": ["%s", "%s", "x"]}', :'summer', :'theirs')::jsonb);
select is(pg_temp.fire(), 1, 'a rule is started');
select is((select string_agg(title || ' ' || status, ', ' order by title) from trimtab.campaigns), 'Spring active, Summer paused, Theirs active',
  'for the campaign that the event names, of its own organization');
select is(
  (select trigger_source || ' ' || status from trimtab.automation_executions where rule_id = :'rule'), 'trigger success', 'under its own name');
select is((select result ->> 'executed' from trimtab.v_trigger_firings where trigger_name = 'r'), '1', 'and the firing says what it did');
select pg_temp.emit(:'acme', 'call.tell', '{"b": 2}'), pg_temp.emit(:'acme', 'call.emit', '{}', 'campaign', :'spring');
select is(pg_temp.fire(), 2, 'a message and an event');
select is((select subject || ': ' || body from trimtab.outbox), E'n: Look\ncall.tell {"b": 2}', 'the message has the event');
select is(
  (select payload - 'caused_by' || jsonb_build_object('of', subject_id, 'depth', payload #> '{caused_by,depth}')
   from trimtab.events where type = 'team.told'),
  format('{"a": 1, "event_count": 1, "of": "%s", "depth": 1}', :'spring')::jsonb, 'the event has the payload, the subject, and its cause');

select test.act_as(:'viewer');
select is((select string_agg(name || ' ' || fired_count, ' ' order by name) from trimtab.v_triggers where fired_count > 0),
  'bad 1 below 5 e 1 exact 4 kind 2 n 1 one 1 r 1', 'triggers are counted, for everybody to see');
select is((select count(*)::integer from trimtab.v_trigger_firings), 16, 'and each firing is there');
select test.reset();

select * from finish();
rollback;
