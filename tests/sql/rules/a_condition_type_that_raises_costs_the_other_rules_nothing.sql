begin;
select plan(8);
-- A type of condition enters by two rows and a function; this one's function raises.
select test.clock_at('2026-03-20 12:00+00');
insert into trimtab.rule_vocabulary (kind, code, position, judges, summary) values ('condition', 'weather', 900, 'campaign', 'Whether it rains.');
insert into trimtab.rule_vocabulary_parameters (kind, code, name, value_type, is_required, description) values ('condition', 'weather', 'place', 'text', true, 'Where.');
create function test.weather_values(
  p_org_id uuid, p_features jsonb[], p_campaign_ids uuid[], p_as_of timestamptz, p_known bigint, p_event jsonb)
  returns table (feature integer, campaign_id uuid, value numeric)
  language plpgsql stable parallel safe security definer set search_path to pg_catalog, pg_temp as $$
begin
  if exists (select from unnest(p_features) f where f ->> 'place' = 'Atlantis') then
    raise exception 'no station in Atlantis' using errcode = 'P0404';
  end if;
  return query select f.number::integer, null::uuid, 1::numeric from unnest(p_features) with ordinality f (document, number);
end $$;
insert into trimtab.handlers (kind, function) values ('rule_condition.weather', 'test.weather_values');
select test.organization('Acme') as acme \gset
update trimtab.guardrails set max_pause_share_percent = 100;
update trimtab.automation_rules set status = 'paused';
select test.member(:'acme', 'manager') as manager \gset
select test.running_campaign(:'acme', 'one') as one \gset
select test.act_as(:'manager');
select trimtab.save_rule(jsonb_build_object('name', place, 'status', status, 'conditions', jsonb_build_array(jsonb_build_object('type', 'weather', 'place', place)),
  'actions', '[{"type": "tag_entity", "tags": ["rain"]}]'::jsonb))
from (values ('Hamburg', 'active'), ('Atlantis', 'active')) r (place, status);
select trimtab.save_rule(jsonb_build_object('name', 'by event', 'status', 'active', 'trigger', '{"on": "event", "event": "rain.begun"}'::jsonb,
  'conditions', jsonb_build_array(jsonb_build_object('type', 'weather', 'place', 'Atlantis')), 'actions', '[{"type": "create_alert"}]'::jsonb));
select trimtab.run_autonomous_operations() as result \gset
select is(:'result'::jsonb - array['timestamp', 'run_id', 'knowledge_revision', 'actions_taken'],
  '{"success": true, "executed": 2, "shadowed": 0, "held_back": 0, "failed": 1}', 'one rule is executed, one fails');
select is((select tags from trimtab.campaigns), '{rain}', 'the sound one is carried out');
select results_eq($$select r.name, e.status, e.error_code, e.error_message from trimtab.automation_executions e join trimtab.automation_rules r on r.id = e.rule_id order by 1$$,
  $$values ('Atlantis', 'failure', 'P0404', 'no station in Atlantis'), ('Hamburg', 'success', null, null)$$, 'the broken one says why');
select is((select failure_count from trimtab.automation_rules where name = 'Atlantis'), 1, 'and counts it');
select is(trimtab.submit_event('rain.begun') -> 'failed', '1', 'an event''s rule that is broken says so too');

-- An action that fails in one rule, and one that others do.
select test.reset();
create function test.no_alert(p_org_id uuid, p_action jsonb, p_context jsonb) returns jsonb language plpgsql as $$
begin assert false, 'no alert today'; end $$;
update trimtab.handlers set function = 'test.no_alert' where kind = 'rule_action.create_alert';
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "alarm", "status": "active", "priority": 90, "conditions": [{"type": "weather", "place": "Oslo"}], "actions": [{"type": "create_alert"}]}');
select trimtab.save_rule('{"name": "note", "status": "active", "priority": 10, "conditions": [{"type": "weather", "place": "Oslo"}], "actions": [{"type": "tag_entity", "tags": ["oslo"]}]}');
select is(trimtab.run_autonomous_operations() -> 'failed', '2', 'a handler that fails, by an assertion too, is the failure of its rule');
select is((select tags from trimtab.campaigns), '{rain,oslo}', 'the others are carried out');
select is((select count(*) from trimtab.campaign_changes), 0::bigint, 'what changes no campaign stands in no ledger');
select test.reset();
select * from finish();
rollback;
