begin;
select plan(13);
select test.clock_at('2026-03-20 12:00+00');
select test.given_decisions();
select test.organization('Acme') as acme \gset
select test.running_campaign(:'acme', 'one') as one \gset
select test.raw_rule(:'acme', 'sound', '[{"type": "note"}]') as sound \gset
select test.raw_rule(:'acme', 'broken') as broken \gset
select test.raw_rule(:'acme', 'broken in shadow', p_more => '{"status": "shadow"}') as broken_shadow \gset
select test.raw_rule(:'acme', 'sound event', '[{"type": "note"}]', '{}', 'visit.made') as sound_event \gset
select test.raw_rule(:'acme', 'broken event', '[{"type": "note"}]', '{}', 'visit.made') as broken_event \gset
-- Its document is none that could be carried out.
select test.raw_rule(:'acme', 'not to be carried out', '[{"type": "note"}]', '{"delay_between_actions_seconds": "soon"}') as odd \gset
select test.decided(r::uuid, :'one') from unnest(array[:'sound', :'odd']) r;
select test.decided(r::uuid, null, 'broken') from unnest(array[:'broken', :'broken_shadow', :'broken_event']) r;
select test.decided(:'sound_event');
select test.act_as_engine(:'acme');
select trimtab.run_organization(:'acme') as result \gset
select test.reset();
create temporary view found as
select r.name, e.* from trimtab.automation_executions e join trimtab.automation_rules r on r.id = e.rule_id;
select results_eq($$select name, mode, status, error_code from found order by name$$, $$values
  ('broken', 'active', 'failure', '22012'), ('broken in shadow', 'shadow', 'skipped', '22012'),
  ('not to be carried out', 'active', 'failure', '22P02'), ('sound', 'active', 'success', null)$$,
  'the broken rule is recorded as failed, the sound one is executed');
select is(:'result'::jsonb - array['timestamp', 'run_id', 'knowledge_revision', 'actions_taken'],
  '{"success": true, "executed": 3, "shadowed": 0, "held_back": 0, "failed": 3}', 'the run counts the failures');
select is((select status from trimtab.autopilot_runs), 'partial', 'and is a part of a success');
select results_eq($$select name, execution_count, failure_count, shadow_count from trimtab.automation_rules where name ~ 'broken|not' order by 1$$,
  $$values ('broken', 1, 1, 0), ('broken event', 0, 0, 0), ('broken in shadow', 0, 0, 0), ('not to be carried out', 1, 1, 0)$$, 'the rules count them');
select is((select count(*) from trimtab.events where type = 'rule.failed'), 2::bigint, 'an event tells of each active one');

-- Again, and with nothing else to do.
delete from test.decisions where (decision).gate is null;
select test.clock_at('2026-03-20 13:00+00');
select test.act_as_engine(:'acme');
select trimtab.run_organization(:'acme');
select test.reset();
create temporary table before as select test.row_counts() as counts;
select test.clock_at('2026-03-20 14:00+00');
select test.act_as_engine(:'acme');
select trimtab.run_organization(:'acme') as result \gset
select test.reset();
select is(:'result'::jsonb -> 'failed', '2', 'they fail again');
select is(test.row_counts(), (select counts from before), 'which adds no row');
select is((select context ->> 'failed_count' from found where name = 'broken'), '3', 'and is counted');
select is((select run_count from trimtab.autopilot_runs where id::text = :'result'::jsonb ->> 'run_id'), 2, 'as is the run');

-- Of the rules that wait for an event, too.
select test.decided(:'sound_event');
select is(trimtab.judge_event(:'acme', '{"id": 1, "type": "visit.made"}') ->> 'failed', '1', 'one rule cannot judge the event');
select results_eq($$select name, status, error_code from found where event_id = 1 order by name$$, $$values
  ('broken event', 'failure', '22012'), ('sound event', 'success', null)$$, 'the other does');

-- When no single rule is to blame, the run fails as a whole, and says so.
create or replace function trimtab.evaluate_rules(
  p_org_id uuid, p_as_of timestamptz default trimtab.clock(), p_known bigint default null, p_campaign_ids uuid[] default null,
  p_event jsonb default null, p_rules trimtab.automation_rules[] default null, p_terms trimtab.rule_terms[] default null)
  returns setof trimtab.rule_match language plpgsql stable as $$ begin raise exception 'no' using errcode = 'P0666'; end $$;
create or replace function trimtab.decide(
  p_org_id uuid, p_as_of timestamptz default trimtab.clock(), p_known bigint default null, p_event jsonb default null,
  p_campaign_ids uuid[] default null, p_rules trimtab.automation_rules[] default null, p_terms trimtab.rule_terms[] default null)
  returns setof trimtab.decision language plpgsql stable as $$
begin
  if p_rules is null then
    raise exception 'not all of them' using errcode = 'P0666';
  end if;
end $$;
select test.act_as_engine(:'acme');
select throws_ok(format('select trimtab.run_organization(%L)', :'acme'), 'P0666', 'the rules cannot be judged: not all of them',
  'what no rule alone is to blame for is no rule''s failure');
select test.reset();
select is((select count(*) from trimtab.delayed_actions), 0::bigint, 'and leaves nothing half done');
select * from finish();
rollback;
