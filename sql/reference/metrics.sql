-- The metric catalogue. Those that rules ask for most come first: a figure is found in its array by walking there. Compiled
-- rules name places that follow from the positions: who changes one gives rule_compiler() its next number.
insert into trimtab.metrics (code, position, unit, direction, aggregate, numerator, denominator, factor, same_as, description) values
  ('spend',              1, 'money',    'none', 'sum',      null, null, 1, null, 'Cost, in the organization''s currency.'),
  ('roas',               2, 'multiple', 'up',   'ratio',    'revenue', 'spend', 1, null, 'Revenue ÷ spend; 1 is break-even.'),
  ('conversions',        3, 'count',    'up',   'sum',      null, null, 1, null, 'Conversions as the platform attributes them; may be fractional.'),
  ('cpa',                4, 'money',    'down', 'ratio',    'spend', 'conversions', 1, null, 'Cost per conversion.'),
  ('ctr',                5, 'percent',  'up',   'ratio',    'clicks', 'impressions', 100, null, 'Click-through rate in percent.'),
  ('revenue',            6, 'money',    'up',   'sum',      null, null, 1, null, 'Value of the conversions, in the organization''s currency.'),
  ('clicks',             7, 'count',    'up',   'sum',      null, null, 1, null, 'Clicks on the ad.'),
  ('impressions',        8, 'count',    'up',   'sum',      null, null, 1, null, 'Times an ad was shown.'),
  ('cpc',                9, 'money',    'down', 'ratio',    'spend', 'clicks', 1, null, 'Cost per click.'),
  ('conversion_rate',   10, 'percent',  'up',   'ratio',    'conversions', 'clicks', 100, null, 'Conversions per hundred clicks; above 100 where views without a click count.'),
  ('cpm',               11, 'money',    'down', 'ratio',    'spend', 'impressions', 1000, null, 'Cost per thousand impressions.'),
  ('frequency',         12, 'multiple', 'down', 'ratio',    'reach_impressions', 'reach_sum', 1, null, 'Impressions per person and day, over the days on which reach was reported.'),
  ('engagement_rate',   13, 'percent',  'up',   'ratio',    'engagements', 'impressions', 100, null, 'Likes, shares and comments per hundred impressions.'),
  ('reach',             14, 'count',    'up',   'greatest', null, null, 1, null, 'People reached: the greatest daily reach of the window, a lower bound of the true figure, for people seen on two days cannot be told apart.'),
  ('likes',             15, 'count',    'up',   'sum',      null, null, 1, null, 'Likes and other reactions.'),
  ('shares',            16, 'count',    'up',   'sum',      null, null, 1, null, 'Shares.'),
  ('comments',          17, 'count',    'up',   'sum',      null, null, 1, null, 'Comments.'),
  ('roi',             null, 'multiple', 'up',   'alias',    null, null, 1, 'roas', 'The same as roas: revenue ÷ spend, a multiple.'),
  ('budget_utilization', null, 'percent', 'none', 'live',   null, null, 1, null, 'Lifetime spend in percent of the budget, both in the organization''s currency.'),
  ('hours_running',    null, 'hours',    'none', 'live',     null, null, 1, null, 'Hours for which the campaign has been active; pauses do not count.'),
  ('facts_age',        null, 'hours',    'down', 'live',     null, null, 1, null, 'Hours since the end of the latest day or hour for which there is a fact.')
on conflict (code) do update set
  position = excluded.position, unit = excluded.unit, direction = excluded.direction, aggregate = excluded.aggregate,
  numerator = excluded.numerator, denominator = excluded.denominator, factor = excluded.factor, same_as = excluded.same_as,
  description = excluded.description;

insert into trimtab.metric_windows (code, position, unit, first_unit, last_unit, previous_of, description) values
  ('last_1_hour',             1, 'hour',    1,  1, null,            'The last complete hour.'),
  ('last_6_hours',            2, 'hour',    6,  1, null,            'The last 6 complete hours.'),
  ('last_24_hours',           3, 'hour',   24,  1, null,            'The last 24 complete hours.'),
  ('today',                   4, 'day',     0,  0, null,            'Today, so far.'),
  ('yesterday',               5, 'day',     1,  1, null,            'Yesterday.'),
  ('last_3_days',             6, 'day',     3,  1, null,            'Three days that end yesterday.'),
  ('last_7_days',             7, 'day',     7,  1, null,            'Seven days that end yesterday.'),
  ('last_14_days',            8, 'day',    14,  1, null,            'Fourteen days that end yesterday.'),
  ('last_30_days',            9, 'day',    30,  1, null,            'Thirty days that end yesterday.'),
  ('lifetime',               10, 'day',  null,  0, null,            'From the first fact, today included.'),
  ('previous_1_hour',        11, 'hour',    2,  2, 'last_1_hour',   'The hour before the last complete one.'),
  ('previous_6_hours',       12, 'hour',   12,  7, 'last_6_hours',  'The 6 hours before last_6_hours.'),
  ('previous_24_hours',      13, 'hour',   48, 25, 'last_24_hours', 'The 24 hours before last_24_hours.'),
  ('before_today',           14, 'day',     1,  1, 'today',         'The day before today, whole.'),
  ('before_yesterday',       15, 'day',     2,  2, 'yesterday',     'The day before yesterday.'),
  ('previous_3_days',        16, 'day',     6,  4, 'last_3_days',   'The three days before last_3_days.'),
  ('previous_7_days',        17, 'day',    14,  8, 'last_7_days',   'The seven days before last_7_days.'),
  ('previous_14_days',       18, 'day',    28, 15, 'last_14_days',  'The fourteen days before last_14_days.'),
  ('previous_30_days',       19, 'day',    60, 31, 'last_30_days',  'The thirty days before last_30_days.')
on conflict (code) do update set
  position = excluded.position, unit = excluded.unit, first_unit = excluded.first_unit, last_unit = excluded.last_unit,
  previous_of = excluded.previous_of, description = excluded.description;

-- The memo is laid out by these positions. Whoever writes it holds an organization's row: they finish first, others wait.
lock table trimtab.organizations in exclusive mode;
delete from trimtab.campaign_signals;
