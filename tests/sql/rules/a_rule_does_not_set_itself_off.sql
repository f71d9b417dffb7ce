-- A rule that waits for changes of bids and changes bids: what it did itself is no reason to do it again.
begin;
select plan(6);
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

-- Two that set each other off are bounded by what may come together within 24 hours (100 %).
select trimtab.save_rule('{"name": "Dearer still", "status": "active", "trigger": {"on": "event", "event": "campaign.bid_changed"},
  "campaign_cooldown_minutes": 0, "actions": [{"type": "adjust_bid", "value": 50}]}');
update trimtab.campaigns set bid = 2.5 where id = :'shop';
create function pg_temp.bid_at(p_at timestamptz) returns numeric language plpgsql as $$
begin
  perform test.clock_at(p_at);
  perform trimtab.run_organization(trimtab.current_org_id());
  return (select c.bid from trimtab.campaigns c);
end $$;
select is(array(select pg_temp.bid_at('2026-03-20 13:00+00'::timestamptz + n * interval '5 minutes') from generate_series(0, 4) n),
  array[3.75, 4, 4, 4, 4]::numeric[], 'the first for the person''s change, the other for the first one''s: bids double within a day at most, from what they were before the first rise');
select is(pg_temp.bid_at('2026-03-21 11:00+00'), 4.00, 'almost a day later, too');
select * from finish();
rollback;
