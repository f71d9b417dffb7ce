begin;
select plan(9);
select test.organization('Acme') as acme \gset
insert into trimtab.campaigns (org_id, title, status, budget, currency)
values (:'acme', 'Spring', 'active', 100, 'USD') returning id as spring \gset
select gen_random_uuid() as rule, gen_random_uuid() as run1, gen_random_uuid() as run2 \gset
select test.clock_at('2026-03-01 10:00+00');

set role trimtab_definer;
select trimtab.record_failed_action(:'acme', :'spring', 'auto_scale_up', 'ROI 4', '55P03', 'lock timeout',
  '{"budget": 150}', 88, '{"roas": 4}', :'rule', 2, :'run1') as failed \gset
reset role;
select results_eq(
  $$select id, status, error_code, error_message, previous_state ->> 'budget', new_state ->> 'budget', new_state ->> 'status', executed_at,
      confidence_score, is_automated from trimtab.campaign_changes$$,
  format($$values (%L::uuid, 'failed', '55P03', 'lock timeout', '100', '150', 'active', null::timestamptz, 88::numeric(5,2), true)$$, :'failed'),
  'the row says what was wanted, and why it did not come about');
select is((select budget from trimtab.campaigns), 100::numeric, 'the campaign is as it was');
select is((select payload ->> 'error_code' from trimtab.events where type = 'action.failed'), '55P03', 'the journal says so');

select test.clock_at('2026-03-01 11:00+00');
set role trimtab_definer;
select is(trimtab.record_failed_action(:'acme', :'spring', 'auto_scale_up', 'ROI 4', '55P03', 'lock timeout',
  '{"budget": 150}', 88, '{"roas": 4}', :'rule', 2, :'run2'), :'failed'::uuid, 'the same failure again is the same row');
select isnt(trimtab.record_failed_action(:'acme', :'spring', 'auto_scale_up', 'ROI 4', '55P03', 'lock timeout',
  '{"budget": 160}', 88, '{}', :'rule', 2, :'run2'), :'failed'::uuid, 'another wish is another row');
reset role;
select is((select evidence from trimtab.campaign_changes where id = :'failed'),
  jsonb_build_object('roas', 4, 'failed_count', 2, 'last_failed_at', '2026-03-01T11:00:00+00:00', 'last_run_id', :'run2'), 'it counts');

update trimtab.campaigns set budget = 100.5 where id = :'spring';
set role trimtab_definer;
select isnt(trimtab.record_failed_action(:'acme', :'spring', 'auto_scale_up', 'ROI 4', '55P03', 'lock timeout',
  '{"budget": 160}', 88, '{}', :'rule', 2, :'run2'), null, 'after something else happened, a new row is written');
select throws_ok(format($$select trimtab.record_failed_action(%L, %L, 'auto_pause', 'r', 'XX000', 'm')$$, :'acme', :'rule'), 'TT010', null, 'an unknown campaign is told');
reset role;
select is((select count(*) from trimtab.campaign_changes where status = 'failed'), 3::bigint, 'three rows, four failures');
select * from finish();
rollback;
