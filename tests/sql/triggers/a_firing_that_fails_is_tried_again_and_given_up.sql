begin;
select plan(22);

select test.clock_at('2026-03-02 12:00:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
-- A target of a later room: it fails while the test says so.
create table public.broken (is_broken boolean);
insert into public.broken values (true);
grant select on public.broken to public;
create function trimtab.target_brittle(p_org_id uuid, p_target jsonb, p_events jsonb, p_context jsonb)
  returns jsonb language plpgsql volatile set search_path to trimtab, pg_catalog, pg_temp as $$
begin
  perform trimtab.emit_event(p_org_id, 'brittle.called', jsonb_build_object('attempt', p_context -> 'attempt'));
  if (select b.is_broken from public.broken b) then
    raise exception 'it broke' using errcode = 'XX001';
  end if;
  return case when p_target ? 'why_not' then jsonb_build_object('skipped', p_target -> 'why_not') else '{}' end;
end
$$;
grant execute on function trimtab.target_brittle(uuid, jsonb, jsonb, jsonb) to trimtab_definer;
insert into trimtab.handlers (kind, function) values ('trigger_target.brittle', 'trimtab.target_brittle');
create function pg_temp.at(p_time text) returns void language sql as $$ select test.clock_at(('2026-03-02 ' || p_time || '+00')::timestamptz) $$;
create function pg_temp.fire() returns text language plpgsql as $$
declare
  v_count integer := (select trimtab.tick_triggers(o.org_id, trimtab.clock(), 100) from trimtab.organizations o);
begin
  return v_count || ' ' || coalesce((
    select string_agg(f.trigger_name || ' ' || f.status || ' ' || f.attempts, ', ' order by f.trigger_name, f.id) from trimtab.trigger_firings f), '');
end
$$;
select test.act_as(:'manager');
select trimtab.save_trigger('{"name": "brittle", "event": {"type": "a.thing"}, "target": {"type": "brittle"}}') as brittle \gset
select trimtab.save_trigger('{"name": "sound", "event": {"type": "a.thing"}, "target": {"type": "alert"}}');
select test.reset();

select trimtab.emit_event(:'acme'::uuid, 'a.thing', '{"n": 1}') as first \gset
select is(pg_temp.fire(), '2 brittle retrying 1, sound success 1', 'one that fails costs the others nothing');
select is((select count(*)::integer from trimtab.events where type = 'brittle.called'), 0, 'what it did is undone');
select is((select count(*)::integer from trimtab.trigger_matches), 1, 'its event stays');
select is((select last_error from trimtab.v_triggers where name = 'brittle'), 'it broke', 'and the trigger says why');
select is((select error_code || ' ' || retry_at from trimtab.v_trigger_firings where status = 'retrying'), 'XX001 2026-03-02 12:01:00+00', 'it is tried again after a minute');
select pg_temp.at('12:00:59');
select is(array(select trimtab.organizations_with_trigger_matches(trimtab.clock())), '{}', 'and not before');
select is(pg_temp.fire(), '0 brittle retrying 1, sound success 1', 'not even when asked');
select pg_temp.at('12:01'); select is(array(select trimtab.organizations_with_trigger_matches(trimtab.clock())), array[:'acme'::uuid], 'then its organization is found');
select is(pg_temp.fire(), '1 brittle retrying 2, sound success 1', 'it fails again');
update public.broken set is_broken = false;
select trimtab.emit_event(:'acme'::uuid, 'a.thing', '{"n": 2}');
select is(pg_temp.fire(), '2 brittle retrying 2, brittle success 1, sound success 1, sound success 1', 'what comes meanwhile does not wait behind it');
select pg_temp.at('12:03');
select is(pg_temp.fire(), '1 brittle success 3, brittle success 1, sound success 1, sound success 1', 'the third attempt succeeds');
select is((select event_ids || fired_at::text::text from (select event_ids::text, fired_at from trimtab.v_trigger_firings where attempts = 3) x),
  '{' || :'first' || '}2026-03-02 12:00:00+00', 'with its own event');
select is((select count(*)::integer from trimtab.trigger_matches), 0, 'and the queue is empty');

update public.broken set is_broken = true;
delete from trimtab.trigger_firings;
select pg_temp.at('13:00'); select trimtab.emit_event(:'acme'::uuid, 'a.thing', '{}');
select test.act_as(:'manager'); select trimtab.set_trigger_status(id, 'paused') from trimtab.v_triggers where name = 'sound'; select test.reset();
select pg_temp.fire();
select pg_temp.at('13:01'); select pg_temp.fire();
select pg_temp.at('13:03'); select pg_temp.fire();
select pg_temp.at('13:07'); select pg_temp.fire();
select pg_temp.at('13:14:59'); select is(pg_temp.fire(), '0 brittle retrying 4, sound suppressed 0', 'each wait is twice the one before');
select pg_temp.at('13:15'); select is(pg_temp.fire(), '1 brittle failed 5, sound suppressed 0', 'after five attempts it is given up');
select is((select count(*)::integer from trimtab.trigger_matches), 0, 'and its event let go');
select is((select payload - 'firing_id' from trimtab.events where type = 'trigger.failed'), format(
  '{"trigger_id": "%s", "trigger": "brittle", "attempts": 5, "events": 1, "error_code": "XX001", "error_message": "it broke"}', :'brittle')::jsonb,
  'the journal says so');
select is((select fired_count || ' ' || failed_count from trimtab.triggers where name = 'brittle'), '2 1', 'the trigger counts it once');

update public.broken set is_broken = false;
select test.act_as(:'manager');
select trimtab.save_trigger('{"name": "brittle", "event": {"type": "a.thing"}, "target": {"type": "brittle", "why_not": "no time"}}');
select test.reset();
select trimtab.emit_event(:'acme'::uuid, 'a.thing', '{}');
select pg_temp.fire();
select is((select result from trimtab.v_trigger_firings where status = 'skipped'), '{"skipped": "no time"}', 'a target may have a reason not to');

-- Paused or removed while it is to be tried again.
update public.broken set is_broken = true;
delete from trimtab.trigger_firings;
select test.act_as(:'manager'); select trimtab.save_trigger('{"name": "brittle", "event": {"type": "a.thing"}, "target": {"type": "brittle"}}'); select test.reset();
select trimtab.emit_event(:'acme'::uuid, 'a.thing', '{}'); select pg_temp.fire(); select trimtab.emit_event(:'acme'::uuid, 'a.thing', '{}');
select test.act_as(:'manager'); select trimtab.set_trigger_status(:'brittle', 'paused'); select test.reset();
select is((select string_agg(status || ' ' || reason || ' ' || event_count, ', ' order by id) from trimtab.trigger_firings), 'suppressed paused 2',
  'what waits for a paused one, or would be tried again, is let go');
select is((select count(*)::integer from trimtab.trigger_matches), 0, 'at once');
select test.act_as(:'manager'); select trimtab.set_trigger_status(:'brittle', 'active'); select test.reset();
select pg_temp.at('14:00'); select trimtab.emit_event(:'acme'::uuid, 'a.thing', '{}'); select pg_temp.fire();
select test.act_as(:'manager'); select trimtab.remove_trigger(:'brittle'); select test.reset();
select is((select string_agg(status || ' ' || reason || ' ' || event_count, ', ' order by id) from trimtab.v_trigger_firings), 'suppressed paused 2, suppressed paused 1',
  'and so of a removed one, whose firings stay');

select * from finish();
rollback;
