-- A shadow rule records the pauses that an active one would make: within 24 hours no more of them.
begin;
select plan(4);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
update trimtab.automation_rules set status = 'paused' where org_id = :'acme';
select test.running_campaign(:'acme', title, 100) from unnest(array['a', 'b', 'c', 'd']) title;
select test.facts(:'acme', c.id, '2026-03-01', 50000, 3000, 1000, 100, 100, p_days => 19) from trimtab.campaigns c;
create function pg_temp.run_at(p_at timestamptz) returns text language plpgsql as $$
begin
  perform test.clock_at(p_at);
  perform trimtab.run_organization(trimtab.current_org_id());
  return (select count(distinct e.campaign_id) || ' shadowed, ' || (select count(distinct h.campaign_id) from trimtab.held_decisions h where h.code = 'pause_share') || ' held back'
          from trimtab.automation_executions e where e.mode = 'shadow');
end $$;
select test.act_as(:'manager');
select trimtab.save_rule('{"name": "Losing", "status": "shadow",
  "conditions": [{"metric": "roi", "operator": "<", "threshold": 1}], "actions": [{"type": "pause_campaign"}]}');
select is(pg_temp.run_at('2026-03-20 12:00+00'), '1 shadowed, 3 held back', 'a quarter of four is one');
select is(pg_temp.run_at('2026-03-20 18:00+00'), '1 shadowed, 3 held back', 'six hours later no other one');
select test.reset();
select test.facts(:'acme', c.id, '2026-03-20', 50000, 3000, 1000, 100, 100) from trimtab.campaigns c;
select test.act_as(:'manager');
select is(pg_temp.run_at('2026-03-21 11:59+00'), '1 shadowed, 3 held back', 'with newer facts neither');
select is((select count(*) from trimtab.campaigns where status = 'active'), 4::bigint, 'and none is touched');
select * from finish();
rollback;
