begin;
select plan(34);
-- Friday, the 20th; the organization lives five hours behind UTC (EST), four since the 8th (EDT).
select test.clock_at('2026-03-20 16:00+00');
select test.organization('Acme', 'America/New_York', 'USD') as acme \gset
insert into trimtab.campaign_groups (org_id, name) values (:'acme', 'Spring') returning id as spring \gset
select test.running_campaign(:'acme', 'Alpha', 1000, 60, p_platform => 'meta') as alpha \gset
select test.running_campaign(:'acme', 'Beta', null, 60, p_platform => 'google') as beta \gset
select test.running_campaign(:'acme', 'Gamma', null, 60) as gamma \gset
update trimtab.campaigns set group_id = :'spring', tags = '{summer,VIP}', daily_budget = 20 where id = :'alpha';
update trimtab.campaigns set starts_at = '2026-03-01 05:00+00', ends_at = '2026-03-31 04:00+00' where id = :'alpha';
-- Alpha: 10 a day until yesterday, and 30 yesterday; Beta: 5 a day for 8 days; Gamma: no facts.
select test.facts(:'acme', :'alpha', '2026-02-01', 1000, 50, 10, 2, 20, p_days => 45);
select test.facts(:'acme', :'alpha', '2026-03-19', 1000, 100, 30, 0, 0);
select test.facts(:'acme', :'beta', '2026-03-12', 1000, 20, 5, 1, 50, p_days => 8);

create function pg_temp.value(p_feature text, p_event jsonb default null) returns text language sql as $$
  select string_agg(format('%s %s', coalesce(c.title, '*'), coalesce(trim_scale(round(v.value, 2))::text, '-')), ', ' order by c.title)
  from trimtab.organizations o, trimtab.feature_values(o.org_id, array[p_feature::jsonb], p_event => p_event) v
  left join trimtab.campaigns c on c.id = v.campaign_id
$$;
-- Any windows.
select is(pg_temp.value('{"type": "metric_threshold", "metric": "spend", "window": "last_2_days"}'), 'Alpha 30, Beta 10, Gamma -', 'last n days: the 18th has no facts of Alpha');
select is(pg_temp.value('{"type": "metric_threshold", "metric": "roas", "window": "days_1_to_10_ago"}'), 'Alpha 1.45, Beta 10, Gamma -', 'days from to: 160 of 110');
select is(pg_temp.value('{"type": "metric_threshold", "metric": "clicks", "window": "month_to_date"}'), 'Alpha 950, Beta 160, Gamma -', 'the month until today');
select is(pg_temp.value('{"type": "metric_threshold", "metric": "clicks", "window": "previous_month"}'), 'Alpha 1400, Beta -, Gamma -', 'the month before');
select is(pg_temp.value('{"type": "metric_threshold", "metric": "spend", "window": "last_7_days", "compare_to": {"metric": "daily_budget", "factor": 2}}'), 'Alpha 40, Beta -, Gamma -',
  'a metric against another times a factor: 80 - 2 x 20');
select is(pg_temp.value('{"type": "metric_threshold", "metric": "cpc", "window": "yesterday", "compare_to": {"metric": "cpc", "window": "previous_7_days"}}'), 'Alpha 0.1, Beta 0, Gamma -', 'in another window: Beta has one day of the seven');
-- Changes.
select is(pg_temp.value('{"type": "performance_change", "metric": "clicks", "window": "yesterday"}'), 'Alpha -, Beta 0, Gamma -', 'the day before has no facts');
select is(pg_temp.value('{"type": "performance_change", "metric": "spend", "window": "last_7_days"}'), 'Alpha 14.29, Beta 600, Gamma -', 'in percent of the period before: 80 of 70, 35 of 5');
select is(pg_temp.value('{"type": "performance_change", "metric": "spend", "window": "last_7_days", "measure": "absolute"}'), 'Alpha 10, Beta 30, Gamma -', 'in the unit');
select is(pg_temp.value('{"type": "performance_change", "metric": "spend", "window": "yesterday", "compare": "same_weekdays"}'), 'Alpha 200, Beta -, Gamma -', 'against the mean of four Thursdays; Beta has not been there for so long');
select is(pg_temp.value('{"type": "performance_change", "metric": "ctr", "window": "last_14_days", "compare": "same_weekdays", "measure": "absolute"}'), 'Alpha 0.38, Beta -, Gamma -', 'ratios are pooled: 5.38 %, 5 %');
select is(pg_temp.value('{"type": "performance_change", "metric": "spend", "window": "last_14_days", "compare": "same_weekdays", "measure": "absolute"}'), 'Alpha 10, Beta -, Gamma -', 'fourteen days against two mean weeks: 150, 140');
select is(pg_temp.value('{"type": "performance_change", "metric": "revenue", "window": "previous_7_days", "compare": "yesterday"}'), 'Alpha -, Beta 0, Gamma -', 'a base of 0 has no percent');
select is(pg_temp.value('{"type": "performance_change", "metric": "spend", "window": "month_to_date"}'), 'Alpha 0, Beta -, Gamma -', 'twenty days of March, twenty of February: 17 x 10 + 30, 20 x 10');
-- Pacing. The facts end with the 19th.
select is(pg_temp.value('{"type": "budget_pacing", "period": "flight"}'), 'Alpha 75.85, Beta -, Gamma -', 'the flight: lifetime spend 480 of 1000, 19 of 30 days less an hour: the clocks changed on the 8th');
select is(pg_temp.value('{"type": "budget_pacing", "period": "month", "monthly_budget": 310}'), 'Alpha 101.95, Beta 21.07, Gamma -', 'the month: as far as the campaign runs in it');
select is(pg_temp.value('{"type": "budget_pacing", "period": "month", "measure": "projection", "monthly_budget": 310}'), 'Alpha 105.07, Beta 32.26, Gamma -', 'what will be spent');
select is(pg_temp.value('{"type": "budget_pacing", "period": "day"}'), 'Alpha -, Beta -, Gamma -', 'no facts of today: nothing is known of today');
select test.facts(:'acme', :'alpha', '2026-03-20', p_spend => 15);
select is(pg_temp.value('{"type": "budget_pacing", "period": "day"}'), 'Alpha 150, Beta -, Gamma -', 'noon: half of the day, 15 of 20');
select is(pg_temp.value('{"type": "budget_pacing", "period": "day", "measure": "projection"}'), 'Alpha 150, Beta -, Gamma -', 'and so it will be at its end');
-- Ranks.
select is(pg_temp.value('{"type": "metric_rank", "metric": "spend", "window": "last_7_days", "order": "top", "count": 1}'), 'Alpha 1, Beta 0', 'the first; what is not known is not ranked');
select is(pg_temp.value('{"type": "metric_rank", "metric": "conversions", "window": "yesterday", "order": "bottom", "percent": 10}'), 'Alpha 1, Beta 0', 'a tenth of two is one');
select is(pg_temp.value('{"type": "metric_rank", "metric": "conversions", "window": "yesterday", "order": "bottom", "percent": 10, "zeros": "without"}'), 'Beta 1', 'without zeros');
select is(pg_temp.value('{"type": "metric_rank", "metric": "impressions", "window": "yesterday", "order": "top", "count": 1}'), 'Alpha 0, Beta 0', 'equals are all among the first, or none');
select is(pg_temp.value('{"type": "metric_rank", "metric": "impressions", "window": "yesterday", "order": "top", "count": 1, "within": "platform"}'), 'Alpha 1, Beta 1', 'each the first of its platform');
select is(pg_temp.value('{"type": "metric_rank", "metric": "impressions", "window": "yesterday", "order": "top", "count": 1, "within": "group"}'), 'Alpha 1', 'of its group');
-- Attributes, calendar, payload.
select is(pg_temp.value('{"type": "campaign_attribute", "field": "title", "operator": "contains", "value": "PH"}'), 'Alpha 1, Beta 0, Gamma 0', 'capitals make no difference');
select is(pg_temp.value('{"type": "campaign_attribute", "field": "platform", "operator": "!=", "value": "meta"}'), 'Alpha 0, Beta 1, Gamma -', 'no platform is not another one');
select is(pg_temp.value('{"type": "campaign_attribute", "field": "tags", "operator": "in", "value": ["vip", "new"]}'), 'Alpha 1, Beta 0, Gamma 0', 'one of the tags');
select is(pg_temp.value('{"type": "day_of_month", "days": [1, -12]}') || pg_temp.value('{"type": "day_of_month", "days": [-11, 21]}'), '* 1* 0', 'the 20th is the twelfth before the end of March');
select is(pg_temp.value('{"type": "working_day_of_month", "days": [15]}') || pg_temp.value('{"type": "working_day_of_month", "days": [-8]}') || pg_temp.value('{"type": "working_day_of_month", "days": [20]}'), '* 1* 1* 0', 'the 15th working day, eight from the end');
select is(pg_temp.value('{"type": "event_payload", "field": "author.followers"}', '{"payload": {"author": {"followers": "1200"}}}') || pg_temp.value('{"type": "event_payload", "field": "author.name"}', '{"payload": {"author": {"followers": 1}}}'), '* 1200* -', 'figures of a payload');
select is(pg_temp.value('{"type": "event_payload", "field": "reach"}', '{"payload": {"reach": " 7 "}}') || pg_temp.value('{"type": "event_payload", "field": "reach"}', '{"payload": {"reach": "\u20037"}}') || pg_temp.value('{"type": "event_payload", "field": "reach"}', '{"payload": {"reach": "7\u00a0"}}'), '* 7* -* -', 'a text that no number can be read from is no figure, whatever blanks it holds');
select is(pg_temp.value('{"type": "event_payload", "field": "words", "operator": "contains", "value": "Scandal"}', '{"payload": {"words": ["fraud", "scandal"]}}') || pg_temp.value('{"type": "event_payload", "field": "is_new", "operator": "=", "value": true}', '{"payload": {"is_new": false}}'), '* 1* 0', 'and answers');
select * from finish();
rollback;
