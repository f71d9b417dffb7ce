begin;
select plan(16);

select test.clock_at('2026-03-10 12:00:00+00');
select test.organization('Acme') as acme, test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'manager') as manager \gset
select test.campaign(:'acme', 'Spring') as spring, test.campaign(:'acme', 'Summer') as summer, test.campaign(:'bolt', 'Theirs') as theirs \gset
select test.facts(:'acme', :'spring', '2026-03-09', 1000, 50, 80, 90, 160);
create function pg_temp.fired() returns text language plpgsql as $$
declare
  v_last bigint := coalesce((select max(e.id) from trimtab.events e), 0);
  v_org_id uuid;
begin
  for v_org_id in select o from trimtab.organizations_with_metric_changes(trimtab.clock()) o loop
    while trimtab.tick_metric_triggers(v_org_id, trimtab.clock(), 1) > 0 loop end loop;
  end loop;
  return (
    select string_agg(concat_ws(' ', e.payload ->> 'trigger', e.payload ->> 'subject', e.payload ->> 'value'), ', ' order by e.payload ->> 'trigger', e.payload ->> 'subject')
    from trimtab.events e
    where e.id > v_last and e.type like 'metric.%');
end
$$;
create function pg_temp.changed() returns integer language sql as $$
  select count(*)::integer from trimtab.organizations_with_metric_changes(trimtab.clock())
$$;
select is(pg_temp.changed(), 0, 'without a trigger nobody looks');
select is((select count(*)::integer from trimtab.metric_marks), 0, 'and nothing is marked');
select test.act_as(:'manager');
select trimtab.save_trigger('{"name": "hundred", "metric": {"metric": "conversions", "window": "lifetime", "milestone": {"every": 100}}, "target": {"type": "alert"}}');
select trimtab.save_trigger('{"name": "roi", "metric": {"metric": "roi", "window": "last_7_days", "threshold": {"operator": "<", "value": 1}}, "target": {"type": "alert"}}');
select trimtab.save_trigger(format('{"name": "one", "metric": {"metric": "spend", "window": "yesterday", "subject_id": "%s", "threshold": {"operator": ">=", "value": 100}}, "target": {"type": "alert"}}', :'summer')::jsonb);
select trimtab.save_trigger('{"name": "budget", "metric": {"metric": "budget_utilization", "threshold": {"operator": ">=", "value": 90}}, "target": {"type": "alert"}}');
select test.reset();
select is(pg_temp.fired(), null, 'what is known when they are made is no news');
select is(pg_temp.changed(), 0, 'and everything has been looked at');
select test.facts(:'acme', :'spring', '2026-03-10', 1000, 50, 10, 10, 10);
select is(pg_temp.changed(), 1, 'facts arrive');
select is(pg_temp.fired(), 'hundred Spring 100', 'the hundredth conversion');
select is(pg_temp.changed(), 0, 'once');
select test.facts(:'acme', :'summer', '2026-03-09', 1000, 50, 100, 0, 50);
select test.facts(:'acme', :'spring', '2026-03-09', 1000, 50, 300, 90, 160);
select is(pg_temp.fired(), 'one Summer 100, roi Spring 0.53333333333333333333, roi Summer 0.50000000000000000000',
  'a campaign''s first facts count from nothing, and corrected ones fire as well; each trigger sees its own campaigns');
select test.facts(:'bolt', :'theirs', '2026-03-09', 1000, 50, 100, 500, 50);
select is(pg_temp.fired(), null, 'another organization''s facts are not looked at');

-- The whole way: fact → event → alert about the campaign.
select trimtab.tick_triggers(:'acme', trimtab.clock(), 100);
select is((select string_agg(a.title || ' ' || c.title, ', ' order by a.title, c.title) from trimtab.alerts a join trimtab.campaigns c on c.org_id = a.org_id and c.id = a.campaign_id),
  'hundred Spring, one Summer, roi Spring, roi Summer', 'the alerts are about their campaigns');

-- Time alone moves windows.
select test.clock_at('2026-03-20 12:00:00+00');
select is(pg_temp.changed(), 1, 'a window ended');
select is(pg_temp.fired(), null, 'the seven days are empty: nothing is known of them, and nothing is told');
select test.facts(:'acme', :'spring', '2026-03-19', 1000, 50, 10, 90, 160);
select is(pg_temp.fired(), null, 'back above the threshold');
select test.facts(:'acme', :'spring', '2026-03-18', 1000, 50, 1000, 0, 0);
select is(pg_temp.fired(), 'roi Spring 0.15841584158415841584', 'and below it once more');
select test.campaign(:'acme', 'Autumn') as autumn \gset
select test.facts(:'acme', :'autumn', '2026-03-19', 1000, 50, 10, 200, 160);
select is(pg_temp.fired(), 'hundred Autumn 200', 'a campaign that is new with its facts');
select is((select count(*)::integer from trimtab.metric_marks), 0, 'no marks are left');

select * from finish();
rollback;
