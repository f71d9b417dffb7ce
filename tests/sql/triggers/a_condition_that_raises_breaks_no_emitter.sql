begin;
select plan(8);

select test.clock_at('2026-03-02 12:00:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager, test.member(:'acme', 'viewer') as viewer \gset
select test.act_as(:'manager');
select trimtab.save_trigger('{"name": "broken", "event": {"type": "a.thing", "condition": "$.n > 0"}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "sound", "event": {"type": "a.thing", "condition": "$.n > 1"}, "target": {"type": "alert"}}');
select test.reset();
-- Past the checks: a predicate that raises for some payloads.
update trimtab.triggers set condition = '$.n > 0 && !exists($.at ? (@.datetime() < "2026-01-01T00:00:00+00".datetime()))' where name = 'broken';
select throws_ok($$ select jsonb '{"n": 1, "at": "2026-01-01"}' @@ condition from trimtab.triggers where name = 'broken' $$, '0A000', null, 'it does raise');

insert into trimtab.events (org_id, recorded_at, occurred_at, type, payload, source)
select :'acme', trimtab.clock(), trimtab.clock(), 'a.thing', p::jsonb, 'test'
from unnest(array['{"n": 1}', '{"n": 2, "at": "2026-01-01"}', '{"n": 3, "at": "2026-02-01T00:00:00+00"}', '{"n": 0}']) p;
select is((select count(*)::integer from trimtab.events where type = 'a.thing'), 4, 'the events are written');
select is((
    select string_agg(t.name || ' ' || (e.payload ->> 'n'), ', ' order by t.name, e.id)
    from trimtab.trigger_matches m
    join trimtab.triggers t on t.org_id = m.org_id and t.id = m.trigger_id
    join trimtab.events e on e.org_id = m.org_id and e.id = m.event_id),
  'broken 1, broken 3, sound 2, sound 3', 'the trigger matches those about which it can answer, and others theirs');

-- The preview asks the same question of the past.
select test.act_as(:'viewer');
select is((select string_agg(payload ->> 'n', ', ') from trimtab.preview_trigger(
    '{"name": "p", "event": {"type": "a.*", "condition": "$.n >= 2"}, "target": {"type": "alert"}}')), '3, 2', 'the latest first');
select is((select count(*)::integer from trimtab.preview_trigger('{"name": "p", "event": {"type": "a.thing"}, "target": {"type": "alert"}}', trimtab.clock() + interval '1 second')),
  0, 'since when it is asked');
select is((select count(*)::integer from trimtab.preview_trigger('{"name": "p", "event": {"type": "a.thing"}, "target": {"type": "alert"}}', p_limit => 2)), 2, 'as many as are asked for');
select throws_ok($$ select trimtab.preview_trigger('{"name": "p", "metric": {"metric": "spend", "window": "today", "milestone": {"every": 1}}, "target": {"type": "alert"}}') $$,
  'TT077', null, 'the journal does not know metrics');
select test.reset();
select is((select count(*)::integer from trimtab.triggers), 2, 'nothing is saved');

select * from finish();
rollback;
