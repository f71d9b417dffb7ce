begin;
set local search_path to trimtab, public;
select plan(29);

select test.clock_at('2026-06-01 06:30+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.organization('Beta') as beta \gset
select test.member(:'acme', 'viewer') as viewer \gset
select test.member(:'beta', 'owner') as stranger \gset

select test.campaign(:'acme', 'Sinking', p_budget => 500) as sinking \gset
select test.campaign(:'acme', 'Losing', p_budget => 500) as losing \gset
select test.campaign(:'acme', 'Even', p_budget => 500) as even \gset
select test.campaign(:'acme', 'Cheap') as cheap \gset
select test.campaign(:'acme', 'Unknown') as unknown \gset
select test.campaign(:'acme', 'Paused', p_status => 'paused') as paused \gset
select test.campaign(:'acme', 'Fresh', p_starts_at => '2026-06-01 00:00+00') as fresh \gset
select test.campaign(:'acme', 'Star', p_budget => 333.33) as star \gset
select test.campaign(:'acme', 'Good', p_budget => 100) as good \gset
select test.campaign(:'acme', 'Lucky', p_budget => 100) as lucky \gset
select test.campaign(:'acme', 'Broke') as broke \gset

--                                 day          impr  clicks spend conv revenue
select test.facts(:'acme', :'sinking', '2026-05-02', 2000, 50, 10, 1, 3, p_days => 30);
select test.facts(:'acme', :'losing', '2026-05-02', 2000, 50, 10, 2, 8, p_days => 30);
select test.facts(:'acme', :'even', '2026-05-02', 2000, 50, 10, 2, 12, p_days => 30);
select test.facts(:'acme', :'cheap', '2026-05-02', 2000, 50, 1, 1, 0.1, p_days => 30);
select test.facts(:'acme', :'unknown', '2026-05-02', 2000, 50, 10, 2, null, p_days => 30);
select test.facts(:'acme', :'paused', '2026-05-02', 2000, 50, 10, 1, 3, p_days => 30);
select test.facts(:'acme', :'fresh', '2026-06-01', 2000, 50, 60, 1, 3);
select test.facts(:'acme', :'star', '2026-05-02', 2000, 50, 10, 4, 45, p_days => 30);
select test.facts(:'acme', :'good', '2026-05-02', 2000, 50, 10, 0.5, 31, p_days => 30);
select test.facts(:'acme', :'lucky', '2026-05-02', 2000, 50, 10, 0.3, 50, p_days => 30);
select test.facts(:'acme', :'broke', '2026-05-02', 2000, 50, 10, 2, 40, p_days => 30);

select test.act_as(:'viewer');

-- Underperformers ---------------------------------------------------------------------------------------------------
select results_eq(
  'select campaign_title, total_spend, roi, left(recommendation, strpos(recommendation, '':'')), confidence_tier
     from identify_underperforming_campaigns(50.0, 1.0, 24)',
  $$values ('Sinking', 300.0, 0.3::numeric, 'CRITICAL:', 95.0), ('Losing', 300.0, 0.8, 'HIGH:', 85.0)$$,
  'worst first; not the cheap one, the unknown one, the paused one, the one that earns its cost, nor the one of 6.5 hours');
select results_eq(
  'select campaign_title from identify_underperforming_campaigns(max_roi => 1.5)', $$values ('Sinking'), ('Losing'), ('Even')$$,
  'another bar');
select matches(
  (select recommendation from identify_underperforming_campaigns(max_roi => 1.5) where campaign_id = :'even'), '^MEDIUM: .*1\.20',
  'it earns its cost but less than asked for');
select results_eq(
  'select campaign_title, hours_running from identify_underperforming_campaigns(min_duration_hours => 6) order by roi limit 1',
  $$values ('Fresh', 6)$$, '6.5 hours are shown as 6');
select is(
  (select count(*) from identify_underperforming_campaigns(min_duration_hours => 7) where campaign_id = :'fresh'), 0::bigint,
  'and are not 7');
select ok((select confidence_score > 99 from identify_underperforming_campaigns() where campaign_id = :'sinking'), 'a month at 0.3 is sure');
select ok(
  (select confidence_score between 50 and 99.5 from identify_underperforming_campaigns() where campaign_id = :'losing'),
  'a month at 0.8 is less so');
select is((select current_budget from identify_underperforming_campaigns() where campaign_id = :'losing'), 500::numeric, 'its budget');
select is((select facts_age_hours from identify_underperforming_campaigns() where campaign_id = :'losing'), 6.5, 'facts end at midnight');
select is((select currency || budget_currency from identify_underperforming_campaigns() where campaign_id = :'losing'), 'USDUSD', 'the currencies are told');
select ok((select autonomous_enabled from identify_underperforming_campaigns() where campaign_id = :'losing'), 'and whether the autopilot may');
select is((select count(*) from identify_underperforming_campaigns(min_spend => 301)), 0::bigint, 'without the spending nobody is named');
select is(
  (select count(*) from identify_underperforming_campaigns(p_as_of => '2026-05-03 00:00+00')), 0::bigint,
  'as of the second day little was spent');
select is(
  (select count(*) from identify_underperforming_campaigns(p_known => 1)), 1::bigint,
  'of what was known at the first revision only the first campaign is bad');

-- Scaling candidates ------------------------------------------------------------------------------------------------
select results_eq(
  'select campaign_title, current_budget, suggested_budget, roi, conversions, confidence_tier from identify_scaling_candidates(3.0, 10, 3.0)',
  $$values ('Star', 333.33, 666.66::numeric, 4.5::numeric, 120::numeric, 95::numeric), ('Broke', null, null, 4, 60, 95),
    ('Good', 100, 130, 3.1, 15, 75)$$,
  'best first; not the one with nine conversions');
select matches(
  (select reasoning from identify_scaling_candidates() where campaign_id = :'star'),
  'Exceptional return: 4\.50 .* over 120 conversions .*Budget times 2: 333\.33 USD to 666\.66 USD',
  'the reason names the factor that is used');
select matches((select reasoning from identify_scaling_candidates() where campaign_id = :'broke'), 'no budget', 'or that there is nothing to raise');
select is(
  (select suggested_budget from identify_scaling_candidates(max_budget_multiplier => 1.1) where campaign_id = :'star'), 366.66,
  'the greatest factor bounds it, cut to the cent');
select matches(
  (select reasoning from identify_scaling_candidates(max_budget_multiplier => 1.1) where campaign_id = :'star'), 'Budget times 1\.1:',
  'and the reason says so');
select is(
  (select suggested_budget from identify_scaling_candidates(max_budget_multiplier => 0.5) where campaign_id = :'star'), 333.33,
  'scaling never cuts');
select ok((select confidence_score > 90 from identify_scaling_candidates() where campaign_id = :'star'), 'sure of the star');
select ok(
  (select confidence_score < 70 from identify_scaling_candidates() where campaign_id = :'good'),
  'not of the one that is just above the bar on 15 conversions');
select is((select count(*) from identify_scaling_candidates(min_conversions => 9, min_roi => 4)), 3::bigint, 'other bars');

-- Others ------------------------------------------------------------------------------------------------------------
select test.reset();
select test.act_as(:'stranger');
select is((select count(*) from identify_underperforming_campaigns()), 0::bigint, 'another tenant sees none of it');
select is((select count(*) from identify_scaling_candidates()), 0::bigint, 'of both');
select test.reset();
select test.act_as_nobody();
select throws_ok('select * from identify_underperforming_campaigns()', 'TT001', null, 'nobody is told so');
select throws_ok('select * from identify_scaling_candidates()', 'TT001', null, 'twice');
select test.reset();

-- What has ended needs nobody's attention.
select test.reset();
update campaigns set ends_at = '2026-06-01 06:00+00' where id in (:'sinking', :'star');
select test.act_as(:'viewer');
select is((select count(*) from identify_underperforming_campaigns() where campaign_id = :'sinking'), 0::bigint, 'an ended campaign is not called poor');
select is((select count(*) from identify_scaling_candidates() where campaign_id = :'star'), 0::bigint, 'nor one to scale');

select * from finish();
rollback;
