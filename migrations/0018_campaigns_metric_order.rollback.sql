-- The order before; the memo, which is laid out by it, is computed anew.
set local lock_timeout = '5s';

lock table trimtab.organizations in exclusive mode;
update trimtab.metrics m
set position = o.position
from unnest(array[
  'impressions', 'clicks', 'spend', 'conversions', 'revenue', 'likes', 'shares', 'comments', 'reach', 'frequency', 'ctr', 'cpc',
  'cpm', 'cpa', 'conversion_rate', 'engagement_rate', 'roas'
]) with ordinality o (code, position)
where m.code = o.code;
delete from trimtab.campaign_signals;
-- Rules are compiled to positions; the deploy compiles them again.
update trimtab.automation_rules set compiler = 0;

alter table trimtab.metrics
  drop constraint metrics_position_key,
  add constraint metrics_position_key unique (position);
