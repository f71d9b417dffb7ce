begin;
select plan(11);

select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
update trimtab.guardrails set max_pause_share_percent = 100;
select test.running_campaign(:'acme', 'loser') as loser \gset
select test.running_campaign(:'acme', 'winner') as winner \gset
select test.running_campaign(:'acme', 'opted out') as opted_out \gset
update trimtab.campaigns set autonomous_enabled = false where id = :'opted_out';
select test.facts(:'acme', :'loser', '2026-03-19', 50000, 500, 300, 6, 60);
select test.facts(:'acme', :'winner', '2026-03-19', 50000, 500, 300, 18, 1050);
select test.facts(:'acme', :'opted_out', '2026-03-19', 50000, 500, 300, 6, 60);

select test.act_as_engine(:'acme');
select is((trimtab.run_organization(:'acme') -> 'actions_taken') - 'opportunities_detected'::text,
  '{"campaigns_paused": 1, "campaigns_scaled": 1}', 'the first run acts');
select test.reset();
select is((select hold_count from trimtab.held_decisions where campaign_id = :'opted_out' and code = 'opted_out'), 1,
  'what is held back is counted once');

-- Two more follow, an hour apart. The very next one already finds nothing to do.
create temporary table before on commit drop as select test.row_counts() as counts;
create temporary table campaigns_before on commit drop as select * from trimtab.campaigns;
create temporary table ledger_before on commit drop as select * from trimtab.campaign_changes;
select test.clock_at('2026-03-20 13:00+00');
select test.act_as_engine(:'acme');
select is(trimtab.run_organization(:'acme') -> 'actions_taken',
  '{"campaigns_paused": 0, "campaigns_scaled": 0, "opportunities_detected": 0}', 'the second run finds nothing to do');
select test.reset();
select is(test.row_counts(), (select counts from before), 'and adds no row to any table');
select test.clock_at('2026-03-20 14:00+00');
select test.act_as_engine(:'acme');
select is(trimtab.run_organization(:'acme') -> 'actions_taken',
  '{"campaigns_paused": 0, "campaigns_scaled": 0, "opportunities_detected": 0}', 'on the same facts there is nothing to do');
select test.reset();

select is(test.row_counts(), (select counts from before), 'no table has a new row');
select set_eq('select * from trimtab.campaigns', 'select * from campaigns_before', 'no campaign changed');
select set_eq('select * from trimtab.campaign_changes', 'select * from ledger_before', 'the ledger did not change');
select results_eq('select run_count, last_run_at, as_of, campaigns_paused, campaigns_scaled from trimtab.autopilot_runs',
  $$values (3, timestamptz '2026-03-20 14:00+00', timestamptz '2026-03-20 12:00+00', 1, 1)$$,
  'idle runs are counted on the row of the one that acted, which says what it did then');
select is((select hold_count from trimtab.held_decisions where campaign_id = :'opted_out' and code = 'opted_out'), 3,
  'what is held back again is counted on its row');
select is((select max(last_held_at) from trimtab.held_decisions where campaign_id = :'opted_out'), timestamptz '2026-03-20 14:00+00',
  'with the time of the last');

select * from finish();
rollback;
