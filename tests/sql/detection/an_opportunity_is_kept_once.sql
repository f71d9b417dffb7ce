begin;
set local search_path to trimtab, public;
select plan(45);

select test.clock_at('2026-06-01 06:00+00');
select test.organization('Acme') as acme \gset
select test.organization('Beta') as beta \gset
select test.member(:'acme', 'analyst') as analyst \gset
select test.member(:'acme', 'viewer') as viewer \gset
select test.member(:'beta', 'owner') as stranger \gset
select test.campaign(:'acme', 'Summer') as summer \gset
select test.campaign(:'beta', 'Theirs') as theirs \gset

select test.act_as(:'analyst');

-- Storing -----------------------------------------------------------------------------------------------------------
select store_optimization_opportunity(:'summer', 'low_conversion', 'high', 'Few convert.', 'Look at the page.') as first \gset
select results_eq(
  'select campaign_id, status, severity, confidence_score, estimated_impact, subject, resolved_at, detected_count from optimization_opportunities',
  format('values (%L::uuid, ''open'', ''high'', 70.00::numeric(5,2), ''{}''::jsonb, '''', null::timestamptz, 1)', :'summer'),
  'it is open, with the defaults');
select is(
  store_optimization_opportunity(:'summer', 'low_conversion', 'high', 'Few convert.', 'Look at the page.'), :'first'::uuid,
  'the same again is the same row');
select is((select detected_count from optimization_opportunities), 1, 'and not touched');
select is(
  store_optimization_opportunity(:'summer', 'low_conversion', 'critical', 'Hardly any convert.', 'Look at the page.'), :'first'::uuid,
  'changed, it is the same row');
select results_eq(
  'select severity, description, detected_count from optimization_opportunities', $$values ('critical', 'Hardly any convert.', 2)$$,
  'refreshed');
select isnt(
  store_optimization_opportunity(:'summer', 'audience_mismatch', 'low', 'x', 'y', p_subject => 'audience:18-24'),
  store_optimization_opportunity(:'summer', 'audience_mismatch', 'low', 'x', 'y', p_subject => 'audience:25-34'),
  'two subjects are two');
select is((select count(*) from optimization_opportunities), 3::bigint, 'three by now');

-- Bad input ---------------------------------------------------------------------------------------------------------
select throws_ok(
  format('select store_optimization_opportunity(%L, ''low_conversion'', ''high'', ''x'', ''y'')', gen_random_uuid()), 'TT010', null,
  'an unknown campaign');
select throws_ok(
  format('select store_optimization_opportunity(%L, ''low_conversion'', ''high'', ''x'', ''y'')', :'theirs'), 'TT010', null,
  'another tenant''s campaign is as unknown');
select throws_ok(
  format('select store_optimization_opportunity(%L, ''bad_luck'', ''grave'', '' '', null, ''[]'', 101)', :'summer'), 'TT040', null,
  'what is not valid');
do $$
declare
  v_detail text;
begin
  perform trimtab.store_optimization_opportunity(c.id, 'bad_luck', 'grave', ' ', null, '[]', 101) from trimtab.campaigns c;
exception when sqlstate 'TT040' then
  get stacked diagnostics v_detail = pg_exception_detail;
  perform set_config('test.detail', v_detail, true);
end
$$;
select matches(
  current_setting('test.detail'), 'opportunity_type.*severity.*description.*suggested_action.*confidence_score.*estimated_impact',
  'all faults at once');
select is((select count(*) from optimization_opportunities), 3::bigint, 'and nothing is stored');

-- Start, resolve, dismiss -------------------------------------------------------------------------------------------
select is((start_opportunity(:'first')).status, 'in_progress', 'started');
select is((start_opportunity(:'first')).status, 'in_progress', 'twice');
select is(
  store_optimization_opportunity(:'summer', 'low_conversion', 'critical', 'Hardly any convert.', 'Look at the page.'), :'first'::uuid,
  'somebody is on it: no second one');
select is((select status from optimization_opportunities where id = :'first'), 'in_progress', 'and it stays in their hands');
select results_eq(
  format('select status, resolved_at, resolved_by, reason from dismiss_opportunity(%L, '' It is a brand campaign. '')', :'first'),
  format('values (''dismissed'', timestamptz ''2026-06-01 06:00+00'', %L::uuid, ''It is a brand campaign.'')', test.user_of(:'analyst')),
  'dismissed: when, by whom, why');
select throws_ok(format('select start_opportunity(%L)', :'first'), 'TT041', null, 'a closed one stays closed');
select throws_ok(format('select resolve_opportunity(%L)', gen_random_uuid()), 'TT041', null, 'an unknown one');
select is(
  store_optimization_opportunity(:'summer', 'low_conversion', 'critical', 'Others words.', 'Look at the page.'), :'first'::uuid,
  'a dismissed one is not raised again');
select is((select count(*) from optimization_opportunities), 3::bigint, 'no new row');
select is((select status from optimization_opportunities where id = :'first'), 'dismissed', 'nor opened');

-- Materially worse --------------------------------------------------------------------------------------------------
select store_optimization_opportunity(:'summer', 'budget_inefficiency', 'high', 'x', 'y', p_evidence => '{"roas": 0.8, "at_stake": 100}') as second \gset
select store_optimization_opportunity(:'summer', 'budget_inefficiency', 'high', 'x2', 'y', p_evidence => '{"roas": 0.75, "at_stake": 110}') as again \gset
select is((select description from optimization_opportunities where id = :'second'), 'x', 'a little change is none');
select store_optimization_opportunity(:'summer', 'budget_inefficiency', 'high', 'x3', 'y', p_evidence => '{"roas": 0.59, "at_stake": 100}') as again \gset
select is((select description from optimization_opportunities where id = :'second'), 'x3', 'more than a quarter is one');
select dismiss_opportunity(:'second');
select is(
  store_optimization_opportunity(:'summer', 'budget_inefficiency', 'medium', 'better', 'y', p_evidence => '{"roas": 0.9, "at_stake": 20}'), :'second'::uuid,
  'dismissed and better now: not raised');
select is(
  store_optimization_opportunity(:'summer', 'budget_inefficiency', 'high', 'x4', 'y', p_evidence => '{"roas": 0.45, "at_stake": 100}'), :'second'::uuid,
  'dismissed and a little worse: not raised');
select isnt(
  store_optimization_opportunity(:'summer', 'budget_inefficiency', 'high', 'x5', 'y', p_evidence => '{"roas": 0.4, "at_stake": 100}'), :'second'::uuid,
  'dismissed and a quarter worse: raised');
select store_optimization_opportunity(:'summer', 'timing_optimization', 'low', 'x', 'y', p_evidence => '{"value": 1}') as third \gset
select is((resolve_opportunity(:'third', 'done')).status, 'resolved', 'resolved');
select is(
  store_optimization_opportunity(:'summer', 'timing_optimization', 'low', 'x', 'y', p_evidence => '{"value": 1}'), :'third'::uuid,
  'resolved an hour ago: not raised');
select test.reset();
select test.clock_at('2026-06-16 06:00+00');
select test.act_as(:'analyst');
select isnt(
  store_optimization_opportunity(:'summer', 'timing_optimization', 'low', 'x', 'y', p_evidence => '{"value": 1}'), :'third'::uuid,
  'still there after two weeks: raised');
select is(
  store_optimization_opportunity(:'summer', 'low_conversion', 'critical', 'Other words.', 'Look at the page.'), :'first'::uuid,
  'a dismissed one is not raised by time alone');

-- The dashboard's own updates ---------------------------------------------------------------------------------------
select lives_ok(
  $$update optimization_opportunities set status = 'resolved', resolved_at = '1999-01-01' where opportunity_type = 'audience_mismatch' and subject = 'audience:18-24'$$,
  'an analyst may update the status directly');
select results_eq(
  $$select resolved_at, resolved_by from optimization_opportunities where subject = 'audience:18-24'$$,
  format('values (timestamptz ''2026-06-16 06:00+00'', %L::uuid)', test.user_of(:'analyst')),
  'when and by whom is what happened');
select throws_ok(
  $$update optimization_opportunities set status = 'open' where subject = 'audience:18-24'$$, 'TT041', null, 'closed stays closed here too');
select throws_ok($$update optimization_opportunities set severity = 'low'$$, '42501', null, 'the rest is the detectors''');
select throws_ok($$delete from optimization_opportunities$$, '42501', null, 'and nothing is deleted');

-- The view ----------------------------------------------------------------------------------------------------------
select results_eq(
  'select opportunity_type, severity, campaign_title, age_days from v_open_opportunities',
  $$values ('budget_inefficiency', 'high', 'Summer', 15.0), ('audience_mismatch', 'low', 'Summer', 15.0), ('timing_optimization', 'low', 'Summer', 0.0)$$,
  'open ones, most severe first, with their age');

-- Who may -----------------------------------------------------------------------------------------------------------
select test.reset();
select test.act_as(:'viewer');
select is((select count(*) from v_open_opportunities), 3::bigint, 'a viewer sees them');
select throws_ok(
  format('select store_optimization_opportunity(%L, ''low_conversion'', ''high'', ''x'', ''y'')', :'summer'), 'TT003', null, 'but stores none');
select throws_ok(format('select dismiss_opportunity(%L)', :'first'), 'TT003', null, 'dismisses none');
select throws_ok($$update optimization_opportunities set status = 'dismissed'$$, 'TT003', null, 'updates none');
select test.reset();
select test.act_as(:'stranger');
select is((select count(*) from v_open_opportunities) + (select count(*) from optimization_opportunities), 0::bigint, 'another tenant sees nothing');
select throws_ok(format('select dismiss_opportunity(%L)', :'first'), 'TT041', null, 'and reaches nothing');
select test.reset();

-- The trail ---------------------------------------------------------------------------------------------------------
select results_eq(
  format($$select type from trimtab.events where org_id = %L and subject_id = %L order by id$$, :'acme', :'first'),
  $$values ('opportunity.detected'), ('opportunity.changed'), ('opportunity.started'), ('opportunity.dismissed')$$,
  'the journal tells its life');
select results_eq(
  format(
    $$select action, new_values ->> 'status', user_id from trimtab.audit_log
       where org_id = %L and entity_id = %L and new_values ->> 'status' is not null order by id$$, :'acme', :'first'),
  format(
    'values (''opportunity.created'', ''open'', %1$L::uuid), (''opportunity.updated'', ''in_progress'', %1$L), (''opportunity.updated'', ''dismissed'', %1$L)',
    test.user_of(:'analyst')),
  'the audit log tells who');

select * from finish();
rollback;
