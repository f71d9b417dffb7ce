begin;
select plan(19);
select test.organization('Acme', 'Europe/Berlin', 'EUR') as acme \gset
select test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'viewer') as viewer \gset
insert into trimtab.exchange_rates (from_currency, to_currency, valid_from, rate, source, recorded_at)
values ('USD', 'EUR', '2026-01-01', 0.5, 'test', '2026-01-01 00:00+00');
insert into trimtab.campaigns (org_id, title, platform, status, budget, daily_budget, currency, created_at)
values
  (:'acme', 'paused', 'meta', 'active', 100, null, 'EUR', '2026-01-01'),
  (:'acme', 'resumed', 'meta', 'active', 100, null, 'EUR', '2026-01-01'),
  (:'acme', 'scaled', 'meta', 'active', 100, null, 'EUR', '2026-01-01'),
  (:'acme', 'daily', 'meta', 'active', null, 20, 'EUR', '2026-01-01'),
  (:'acme', 'dollars', 'meta', 'active', null, 20, 'USD', '2026-01-01'),
  (:'acme', 'elsewhere', 'google', 'active', 100, null, 'EUR', '2026-01-01'),
  (:'acme', 'undone', 'meta', 'active', 100, null, 'EUR', '2026-01-01'),
  (:'acme', 'silent', 'meta', 'active', 100, null, 'EUR', '2026-01-01');
create function pg_temp.fact(p_org uuid, p_title text, p_known bigint, p_from date, p_to date, p_spend numeric, p_revenue numeric)
  returns void language sql as $$
  insert into trimtab.campaign_metrics (org_id, campaign_id, grain, day, known_from, currency, spend, revenue, conversions)
  select c.org_id, c.id, 'day', d::date, p_known, c.currency, p_spend, p_revenue, 2
  from trimtab.campaigns c, generate_series(p_from::timestamp, p_to, '1 day') d
  where c.org_id = p_org and c.title = p_title
$$;
-- The week before the 10th of March, and a day before that week that must not count.
insert into trimtab.knowledge_revisions (org_id, revision, published_at) values (:'acme', 1, '2026-03-09 12:00+00');
select pg_temp.fact(:'acme', c, 1, '2026-03-02', '2026-03-02', 900, 900) from unnest(array['paused', 'scaled', 'daily']) c;
select pg_temp.fact(:'acme', c, 1, '2026-03-03', '2026-03-09', 20, 10) from unnest(array['paused', 'resumed', 'undone', 'elsewhere']) c;
select pg_temp.fact(:'acme', 'scaled', 1, '2026-03-03', '2026-03-09', 10, 30);
select pg_temp.fact(:'acme', 'daily', 1, '2026-03-03', '2026-03-09', 10, 30);
select pg_temp.fact(:'acme', 'dollars', 1, '2026-03-03', '2026-03-09', 20, 60);

-- Half past midnight of the 10th in Berlin.
select test.clock_at('2026-03-09 23:30+00');
select test.act_as(:'manager');
select trimtab.auto_pause_campaign(id, 'ROI 0.5') from trimtab.campaigns where title in ('paused', 'resumed', 'undone', 'silent');
select trimtab.auto_scale_campaign(id, 150, 'ROI 3') from trimtab.campaigns where title in ('scaled', 'elsewhere');
select trimtab.auto_scale_campaign(id, 30, 'ROI 3') from trimtab.campaigns where title in ('daily', 'dollars');
select trimtab.rollback_action(a.id) from trimtab.autonomous_actions a join trimtab.campaigns c on c.id = a.campaign_id where c.title = 'undone';
select test.clock_at('2026-03-12 10:00+00');
update trimtab.campaigns set status = 'active' where title = 'resumed';

select test.reset();
insert into trimtab.knowledge_revisions (org_id, revision, published_at) values (:'acme', 2, '2026-03-17 20:00+00');
select pg_temp.fact(:'acme', 'paused', 2, '2026-03-10', '2026-03-10', 5, 5);
select pg_temp.fact(:'acme', 'scaled', 2, '2026-03-10', '2026-03-10', 500, 500);
select pg_temp.fact(:'acme', 'scaled', 2, '2026-03-11', '2026-03-17', 14, 35);
select pg_temp.fact(:'acme', 'daily', 2, '2026-03-11', '2026-03-15', 12, 42);
select pg_temp.fact(:'acme', 'dollars', 2, '2026-03-11', '2026-03-17', 30, 60);
select test.clock_at('2026-03-17 20:00+00');
select test.act_as(:'manager');
select is(trimtab.measure_action_impact(), 0, 'not while the week is running');
select test.clock_at('2026-03-18 12:00+00');
select is(trimtab.measure_action_impact(), 0, 'not while its last day was reported before it was over');

select test.reset();
insert into trimtab.knowledge_revisions (org_id, revision, published_at) values (:'acme', 3, '2026-03-18 06:00+00');
update trimtab.organizations set knowledge_revision = 3 where org_id = :'acme';
update trimtab.campaign_metrics m set known_to = 3 from trimtab.campaigns c
where c.id = m.campaign_id and c.title = 'scaled' and m.day = '2026-03-17';
select pg_temp.fact(:'acme', 'scaled', 3, '2026-03-17', '2026-03-17', 21, 70);

select test.act_as(:'viewer');
select throws_ok('select trimtab.measure_action_impact()', 'TT003', null, 'a viewer may not');
select test.act_as(:'manager');
select throws_ok(format('select trimtab.measure_action_impact(%L)', :'bolt'), 'TT004', null, 'nor a member for another organization');
select throws_ok($$select trimtab.measure_action_impact(null, '2026-03-25 00:00+00')$$, 'TT005', null, 'nor anybody for another moment');
select test.act_as('trimtab_engine');
select is(trimtab.measure_action_impact(), 6, 'the engine measures for all organizations');
select is(trimtab.measure_action_impact(), 0, 'and never twice');
select test.act_as(:'manager');

create temporary view impact as
select c.title, a.actual_impact as i from trimtab.autonomous_actions a join trimtab.campaigns c on c.id = a.campaign_id;
select is((select i from impact where title = 'paused'), jsonb_build_object(
  'windows', '{"before": {"first_day": "2026-03-03", "last_day": "2026-03-09", "days_with_facts": 7}, "after": {"first_day": "2026-03-11", "last_day": "2026-03-17", "days_with_facts": 0}}'::jsonb,
  'currency', 'EUR',
  'per_day', '{"spend": {"before": 20, "after": 0, "change": -20}, "revenue": {"before": 10, "after": 0, "change": -10}, "conversions": {"before": 2, "after": 0, "change": -2}}'::jsonb,
  'roas', '{"before": 0.5, "after": null, "change": null}'::jsonb,
  'compared', '{"spend_per_day": {"expected": -20, "actual": -20, "difference": 0}, "revenue_per_day": {"expected": -10, "actual": -10, "difference": 0}}'::jsonb,
  'other_changes', 0, 'knowledge_revision', 3, 'measured_at', timestamptz '2026-03-18 12:00+00'),
  'a campaign that stayed paused spent nothing, and that is known');
select is((select i #> '{per_day,spend}' from impact where title = 'resumed'), '{"before": 20, "after": null, "change": null}',
  'one that was resumed and has no facts is not known');
select is((select i ->> 'other_changes' from impact where title = 'resumed'), '1', 'and it was changed meanwhile');
select is((select i -> 'per_day' from impact where title = 'scaled'),
  '{"spend": {"before": 10, "after": 15, "change": 5}, "revenue": {"before": 30, "after": 40, "change": 10}, "conversions": {"before": 2, "after": 2, "change": 0}}',
  'averages are over whole days, from the facts as corrected, without the day of the action');
select is((select i -> 'roas' from impact where title = 'scaled'), '{"before": 3, "after": 2.6667, "change": -0.3333}', 'with their ROI');
select is((select i -> 'compared' from impact where title = 'scaled'),
  -- Expected: (900 + 7 × 30) ÷ (900 + 7 × 10).
  '{"roas": {"expected": 1.1443, "actual": 2.6667, "difference": 1.5224}}', 'and what was expected');
select is((select i #> '{compared,revenue_added}' from impact where title = 'daily'),
  '{"expected": 11.44, "actual": 12, "difference": 0.56}', 'a daily budget compares the revenue a day');
select is((select i #>> '{windows,after,days_with_facts}' from impact where title = 'daily'), '5', 'over the days that have facts');
select is((select i #> '{per_day,spend}' from impact where title = 'dollars'), '{"before": 10, "after": 15, "change": 5}', 'money is in the organization''s currency');
select is((select i from impact where title = 'elsewhere'), null, 'a platform that has not reported since waits');
select is((select i from impact where title = 'undone'), null, 'what was taken back is not measured');
select is((select i #> '{compared,spend_per_day}' from impact where title = 'silent'),
  '{"expected": null, "actual": null, "difference": null}', 'without facts before, nothing is claimed');
select * from finish();
rollback;
