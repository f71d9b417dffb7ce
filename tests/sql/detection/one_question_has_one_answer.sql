-- How sure a rule is of one campaign does not depend on which others are asked about with it.
begin;
select plan(3);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'EUR') as acme \gset
update trimtab.guardrails set min_confidence_percent = 0;
insert into trimtab.campaigns (org_id, title, status, daily_budget, starts_at)
select :'acme', 'c' || n, 'active', 100, trimtab.clock() - interval '90 days' from generate_series(1, 230) n;
-- The first are the smallest, and the lumpiest, so that they are not among the 200 from which the common unit is learned.
create temporary table opened as select trimtab.open_import(:'acme', 'test', 'test', '{"totals": true}') as batch_id;
insert into pg_temp.trimtab_import (line_number, campaign_id, day, impressions, clicks, spend, conversions, revenue)
select row_number() over (), c.id, '2026-03-10'::date + d, 10000, 100 + ((n * d) % 7) * n, 10 + n, 1 + (n * d) % 4,
       (10 + n) * (n % 5 + 1) / 4.0 + case when n < 20 then d * 9 else 0 end
from (select id, substr(title, 2)::integer as n from trimtab.campaigns) c cross join generate_series(0, 8) d;
select test.finish_facts(:'acme', batch_id) from opened;
select test.member(:'acme', 'manager') as manager \gset
select test.act_as(:'manager');
create temporary table answer as
select c.title, q.confidence as among_all, s.confidence as alone
from (select array_agg(id order by id) as ids from trimtab.campaigns) a
cross join lateral trimtab.confidence_of(:'acme', a.ids, array_fill('roas'::text, array[230]), array_fill('lifetime'::text, array[230]),
  array_fill(null::numeric, array[230]), array_fill(0.6, array[230])) q
join trimtab.campaigns c on c.id = a.ids[q.ordinality]
cross join lateral trimtab.confidence_of(:'acme', array[c.id], array['roas'], array['lifetime'], array[null::numeric], array[0.6]) s
where c.title in ('c1', 'c7', 'c20', 'c100', 'c230');
select is((select count(*) from answer where among_all is not null), 5::bigint, 'each has an answer');
select is((select max(abs(among_all - alone)) < 1e-9 from answer), true, 'it is the same alone');
select trimtab.save_rule('{"name": "Poor", "status": "active", "conditions": [{"metric": "roas", "operator": "<", "threshold": 0.6}], "actions": [{"type": "pause_campaign"}]}') as poor \gset
select is_empty(format($$select d.campaign_title, d.confidence_score, x.score
  from trimtab.decide(trimtab.current_org_id()) d
  cross join lateral (select trimtab.explain_rule(%L, d.campaign_id) ->> 'confidence_score' as score) x
  where d.rule_id = %L and x.score::numeric is distinct from d.confidence_score$$, :'poor', :'poor'), 'an explanation names the probability of the decision');
select * from finish();
rollback;
