-- A budget of 0 can be raised by no percentage again: what would leave nothing is held back.
begin;
select plan(5);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
update trimtab.automation_rules set status = 'paused' where org_id = :'acme';
select test.running_campaign(:'acme', 'Shop', 100) as shop \gset
update trimtab.campaigns set bid = 0.5 where id = :'shop';
select test.facts(:'acme', :'shop', '2026-03-10', 1000, 50, 20, 2, 0, p_days => 11);
select test.act_as(:'manager');

create function pg_temp.planned(p_action jsonb) returns text language plpgsql as $$
declare
  v_id uuid := trimtab.save_rule(jsonb_build_object('name', 'Less ' || md5(p_action::text), 'actions', jsonb_build_array(p_action),
    'conditions', '{"metric": "spend", "operator": ">", "threshold": 0}'::jsonb));
begin
  return (
    select concat_ws(' ', d.gate, d.actions #>> '{0,plan,budget}', d.actions #>> '{0,plan,bid}')
    from trimtab.automation_rules r cross join lateral trimtab.decide(r.org_id) d
    where r.id = v_id and d.rule_id = v_id);
end $$;
select is(pg_temp.planned('{"type": "adjust_budget", "change": "absolute", "value": -500}'), 'at_cap', 'less than there is');
select is(pg_temp.planned('{"type": "adjust_budget", "change": "absolute", "value": -500, "floor": 40}'), '40.00', 'with a floor it goes down to that');
select is(pg_temp.planned('{"type": "adjust_budget", "change": "absolute", "value": -99.99}'), '0.01', 'a cent is something');
select is(pg_temp.planned('{"type": "adjust_budget", "change": "ratio", "metric": "roas", "target": 2, "window": "lifetime"}'), 'at_cap', 'the ratio of no revenue to a target');
select is(pg_temp.planned('{"type": "adjust_bid", "change": "absolute", "value": -0.5}'), 'at_cap', 'bids too');
select * from finish();
rollback;
