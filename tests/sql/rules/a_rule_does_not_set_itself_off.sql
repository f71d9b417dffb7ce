-- A rule that waits for changes of bids and changes bids: what it did itself is no reason to do it again.
begin;
select plan(4);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
update trimtab.automation_rules set status = 'paused' where org_id = :'acme';
select test.running_campaign(:'acme', 'Shop', 100) as shop \gset
update trimtab.campaigns set bid = 1 where id = :'shop';
select test.facts(:'acme', :'shop', '2026-03-10', 1000, 50, 20, 2, 60, p_days => 10);
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "Dearer", "status": "active", "trigger": {"on": "event", "event": "campaign.bid_changed"},
  "campaign_cooldown_minutes": 0, "actions": [{"type": "adjust_bid", "value": 50}]}');
select trimtab.save_rule('{"name": "Tell", "status": "active", "trigger": {"on": "event", "event": "campaign.bid_changed"},
  "actions": [{"type": "send_notification"}]}');
update trimtab.campaigns set bid = 2 where id = :'shop';
select is(trimtab.run_organization(:'acme') -> 'executed', '2', 'a person''s change sets both off');
select test.clock_at('2026-03-20 12:05+00');
select is(trimtab.run_organization(:'acme') -> 'executed', '1', 'the change that came of it only the other one');
select test.clock_at('2026-03-20 12:10+00');
select is(trimtab.run_organization(:'acme') -> 'executed', '0', 'then there is peace');
select is((select bid from trimtab.campaigns), 3.00, 'the bid rose once');
select * from finish();
rollback;
