-- How much more than a daily budget each platform may spend. is_stated: what the platform itself writes, as read in November 2026.
insert into trimtab.over_delivery (platform, day_factor, settled_over, settled_days, is_stated, source) values
  ('meta', 1.75, 'week', 7, true,
    'Meta Business Help, About daily budgets, as quoted by guides: up to 75 % more on a day, at most 7 daily budgets in a week from Sunday to Saturday. (The developers'' page Budgets still says 25 %; the higher figure counts.)'),
  ('google', 2, 'month', 30.4, true,
    'Google Ads Help, answer 1704443, Overdelivery and your average daily budget: up to 2 times on a day, at most 30.4 daily budgets in a month. Campaigns that pay for conversions may go beyond 2 times.'),
  ('tiktok', 1.25, 'week', 7, true,
    'TikTok Business Help Center, About Dynamic Daily Budget: up to 25 % more on a day, at most 7 daily budgets in a week from Sunday to Saturday.'),
  ('linkedin', 1.5, 'week', 7, true,
    'LinkedIn Marketing Solutions Help, a422101, Campaign budgets, as quoted by agencies: up to 50 % more on a day, at most 7 daily budgets in a week.'),
  ('twitter', 1.1, null, null, false,
    'X Business Help, Campaign dates and budget: ads stop when the daily budget is reached, the bill may exceed it slightly. A tenth is assumed for the slight.'),
  ('snapchat', 2, null, null, false,
    'No figure of the platform was found; the greatest one of the others is assumed.')
on conflict (platform) do update set
  day_factor = excluded.day_factor, settled_over = excluded.settled_over, settled_days = excluded.settled_days,
  is_stated = excluded.is_stated, source = excluded.source;
