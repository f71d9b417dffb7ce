begin;
select plan(31);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'analyst') as analyst \gset
select test.act_as(:'manager');
insert into trimtab.campaigns (title, platform, status, budget, daily_budget, bid, bid_strategy)
values ('Spring', 'meta', 'Active', 100, 10, 1, 'lowest cost') returning id as spring \gset
insert into trimtab.campaigns (title, status, budget) values ('Own', 'active', 100) returning id as own \gset
select is((select count(*) from trimtab.campaign_changes), 0::bigint, 'creating a campaign changes none');

create temporary view ledger as
select number, action_type, is_automated, origin, status, user_id, login, executed_at,
  (select jsonb_object_agg(n.key, jsonb_build_array(l.previous_state -> n.key, n.value))
   from jsonb_each(l.new_state) n where n.value <> l.previous_state -> n.key) as change
from trimtab.campaign_changes l order by number;
create function pg_temp.last_change() returns table (action_type text, change jsonb) language sql as
$$select l.action_type, l.change from ledger l order by number desc limit 1$$;

-- Every column, by a person's bare update.
update trimtab.campaigns set status = 'Paused' where id = :'spring';
select results_eq('select * from pg_temp.last_change()', $$values ('status_changed', '{"status": ["active", "paused"]}'::jsonb)$$, 'status, in any spelling');
update trimtab.campaigns set budget = 120 where id = :'spring';
select results_eq('select * from pg_temp.last_change()', $$values ('budget_adjusted', '{"budget": [100, 120]}'::jsonb)$$, 'budget');
update trimtab.campaigns set daily_budget = null where id = :'spring';
select results_eq('select * from pg_temp.last_change()', $$values ('budget_adjusted', '{"daily_budget": [10, null]}'::jsonb)$$, 'daily budget, taken away');
update trimtab.campaigns set bid = 1.25 where id = :'spring';
select results_eq('select * from pg_temp.last_change()', $$values ('bid_adjusted', '{"bid": [1, 1.25]}'::jsonb)$$, 'bid');
update trimtab.campaigns set bid_strategy = 'cost cap' where id = :'spring';
select results_eq('select * from pg_temp.last_change()', $$values ('bid_adjusted', '{"bid_strategy": ["lowest cost", "cost cap"]}'::jsonb)$$, 'bid strategy');
update trimtab.campaigns set status = 'active', budget = 130, bid = 2 where id = :'spring';
select results_eq('select * from pg_temp.last_change()',
  $$values ('status_changed', '{"status": ["paused", "active"], "budget": [120, 130], "bid": [1.25, 2]}'::jsonb)$$, 'several at once are one row');
select results_eq('select type, count(*) from trimtab.events group by type order by type',
  $$values ('campaign.bid_changed', 3::bigint), ('campaign.budget_changed', 3), ('campaign.status_changed', 2)$$, 'with an event for each kind');
select results_eq('select distinct is_automated, origin, status, user_id, login::text, executed_at from ledger',
  format($$values (false, 'person', 'executed', %L::uuid, %L, timestamptz '2026-03-20 12:00+00')$$, test.user_of(:'manager'), :'manager'),
  'all of them are the person''s own');
select is_empty($$select from trimtab.campaign_changes l, unnest(array[l.previous_state, l.new_state]) s
  where array(select k from jsonb_object_keys(s) k order by k) <> array['bid', 'bid_strategy', 'budget', 'daily_budget', 'status']$$, 'both states are complete');

-- What changes nothing leaves nothing.
select count(*) as changes from trimtab.campaign_changes \gset
update trimtab.campaigns set status = ' ACTIVE', budget = 130.00, bid = bid where id = :'spring';
select is((select count(*) from trimtab.campaign_changes), :changes::bigint, 'an update that changes nothing leaves no row');
update trimtab.campaigns set title = 'Summer', tags = '{a}' where id = :'spring';
select is((select count(*) from trimtab.campaign_changes), :changes::bigint, 'nor does another column');
select is((select new_values from trimtab.audit_log where action = 'campaign.updated'), '{"title": "Summer", "tags": ["a"]}', 'which the audit log has');

-- One update, many campaigns.
update trimtab.campaigns set budget = budget * 2;
select is((select count(*) from trimtab.campaign_changes), :changes + 2::bigint, 'an update of two campaigns leaves two rows');
select is((select count(*) from trimtab.audit_log where action like 'campaign.%\_changed' or action like 'campaign.%\_adjusted'), :changes + 2::bigint, 'each with its row in the audit log');
select results_eq('select campaign_id, change_id from trimtab.campaign_outbox',
  $$select campaign_id, id from trimtab.campaign_changes where campaign_id = (select id from trimtab.campaigns where title = 'Summer') order by number desc limit 1$$,
  'a campaign on a platform is marked with its last change; one on none is not');

-- All or nothing.
savepoint before;
update trimtab.campaigns set status = 'archived' where id = :'own';
rollback to before;
select is((select count(*) from trimtab.campaign_changes), :changes + 2::bigint, 'what is rolled back leaves no row in the ledger');
select is((select count(*) from trimtab.audit_log where new_values ->> 'status' = 'archived'), 0::bigint, 'nor in the audit log');
select is((select count(*) from trimtab.events where payload #>> '{after,status}' = 'archived'), 0::bigint, 'nor in the journal');

-- Refused.
select throws_ok(format('update trimtab.campaigns set budget = -1 where id = %L', :'own'), '23514', null, 'a budget below 0');
select throws_ok(format('update trimtab.campaigns set budget = ''NaN'' where id = %L', :'own'), '23514', null, 'a budget that is no number');
select throws_ok(format('update trimtab.campaigns set bid = ''Infinity'' where id = %L', :'own'), '23514', null, 'an infinite bid');
select throws_ok(format('update trimtab.campaigns set status = ''flying'' where id = %L', :'own'), '23514', null, 'an unknown status');
select throws_ok(format('insert into trimtab.campaign_changes (org_id, campaign_id) values (%L, %L)', :'acme', :'own'), '42501', null, 'a forged row');
select throws_ok(format('select trimtab.announce_change(%L, %L, ''auto_pause'', ''rule'', ''r'')', :'acme', :'own'), '42501', null, 'a forged announcement');
select throws_ok('update trimtab.campaigns set active_seconds = 0', '42501', null, 'the time it was active');
select test.act_as(:'analyst');
select throws_ok(format('update trimtab.campaigns set status = ''paused'' where id = %L', :'own'), 'TT003', null, 'an analyst''s update');

-- The engine and an operator are not taken for a person.
select test.act_as_engine(:'acme');
select throws_ok(format('update trimtab.campaigns set status = ''paused'' where id = %L', :'own'), '42501', null, 'the engine changes campaigns through functions only');
select test.reset();
update trimtab.campaigns set status = 'completed' where id = :'own';
select results_eq($$select origin, user_id from trimtab.campaign_changes order by number desc limit 1$$, $$values ('operator', null::uuid)$$, 'an operator''s update is theirs');

-- The time for which it is active is counted without pauses.
select test.clock_at('2026-03-21 12:00+00');
update trimtab.campaigns set status = 'paused' where id = :'spring';
select test.clock_at('2026-03-23 12:00+00');
update trimtab.campaigns set status = 'active' where id = :'spring';
select results_eq(format('select active_seconds, activated_at from trimtab.campaigns where id = %L', :'spring'),
  $$values (86400::numeric, timestamptz '2026-03-23 12:00+00')$$, 'a day was active, two were paused');
update trimtab.campaigns set status = 'paused' where id = :'spring';
update trimtab.campaigns set status = 'active', starts_at = '2026-04-01 00:00+00' where id = :'spring';
select is((select activated_at from trimtab.campaigns where id = :'spring'), '2026-04-01 00:00+00', 'before its start it is not active');
select * from finish();
rollback;
