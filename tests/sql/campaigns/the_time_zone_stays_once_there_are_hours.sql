begin;
select plan(5);
select test.clock_at('2026-05-20 10:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
select test.organization('Other', 'UTC', 'EUR') as other \gset
select test.campaign(:'acme', 'Summer') as summer \gset
select test.facts(:'acme', :'summer', '2026-05-01', 1000, 50, 20.5, 2, 60);
select lives_ok(format('update trimtab.organizations set time_zone = ''Asia/Tokyo'' where org_id = %L', :'acme'), 'facts by the day say which day they mean');
select test.facts(:'acme', :'summer', '2026-05-05', 40, 5, 2, 0, 0, p_hour => 3);
select throws_ok(format('update trimtab.organizations set time_zone = ''America/Los_Angeles'' where org_id = %L', :'acme'), 'TT007', null, 'hours would belong to other days');
select lives_ok(format('update trimtab.organizations set time_zone = ''America/Los_Angeles'' where org_id = %L', :'other'), 'of one organization only');
select lives_ok(format('update trimtab.organizations set time_zone = ''Asia/Tokyo'', name = ''Acme2'', currency = ''USD'' where org_id = %L', :'acme'), 'other settings change');
select is((select sum(spend) from trimtab.campaign_metrics where org_id = :'acme' and grain = 'hour' and known_to is null), 2::numeric, 'each hour is there once');
select * from finish();
rollback;
