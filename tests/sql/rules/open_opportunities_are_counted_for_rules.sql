begin;
set local search_path to trimtab, public;
select plan(8);

select test.clock_at('2026-06-01 06:00+00');
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'analyst') as analyst \gset
select test.campaign(:'acme', 'Summer') as summer \gset
select test.campaign(:'acme', 'Winter') as winter \gset
select test.act_as(:'analyst');
select store_optimization_opportunity(:'summer', 'low_conversion', 'high', 'x', 'y', '{}', 90) as first \gset
select store_optimization_opportunity(:'summer', 'creative_fatigue', 'low', 'x', 'y', '{}', 81);
select store_optimization_opportunity(:'winter', 'low_conversion', 'medium', 'x', 'y', '{}', 85);

create function pg_temp.counts(p_feature jsonb, p_as_of timestamptz default trimtab.clock()) returns numeric[] language sql as $$
  select array_agg(v.value order by c.title)
  from trimtab.campaigns c
  join trimtab.recommendation_values(c.org_id, array[p_feature], null, p_as_of, null, null) v on v.campaign_id = c.id
$$;

select is(pg_temp.counts('{}'), '{2,1}', 'all that are open');
select is(pg_temp.counts('{"recommendation_type": "low_conversion"}'), '{1,1}', 'of a type');
select is(pg_temp.counts('{"severity": "medium"}'), '{1,1}', 'at least so grave');
select is(pg_temp.counts('{"min_confidence": 85}'), '{1,1}', 'at least so sure');
select is(pg_temp.counts('{"severity": "critical"}'), '{0,0}', 'none is zero, not unknown');
select is(pg_temp.counts('{}', '2026-05-31 06:00+00'), '{0,0}', 'before they were found there was none');
select start_opportunity(:'first');
select is(pg_temp.counts('{}'), '{1,1}', 'one that is in somebody''s hands is not counted');
select test.clock_at('2026-06-02 06:00+00');
select dismiss_opportunity(:'first');
select is(
  pg_temp.counts('{}') || pg_temp.counts('{}', '2026-06-01 12:00+00'), '{1,1,2,1}', 'closed it is gone, but as of the day before it was there');

select * from finish();
rollback;
