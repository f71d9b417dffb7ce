begin;
select plan(15);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.running_campaign(:'acme', 'low', 1000, p_platform => 'meta') as low \gset
select test.running_campaign(:'acme', 'high', 1000, p_platform => 'google') as high \gset
select test.running_campaign(:'acme', 'paused', 1000, 30, 'paused') as paused \gset
select test.running_campaign(:'acme', 'silent', 1000) as silent \gset
select test.facts(:'acme', :'low', '2026-03-18', 1000, 100, 100, 1, 40);
select test.facts(:'acme', :'high', '2026-03-18', 1000, 100, 100, 1, 400);
select test.facts(:'acme', :'paused', '2026-03-18', 1000, 100, 100, 1, 40);
delete from trimtab.automation_rules;

-- A compiled rule, as the compiler would write it: terms as [[leaf, bounds], …].
create function pg_temp.rule(p_name text, p_positions integer[], p_terms jsonb, p_statuses text[] default '{active}', p_platforms text[] default null)
  returns uuid language plpgsql as $$
declare
  v_org_id uuid := (select org_id from trimtab.organizations);
  v_id uuid;
begin
  insert into trimtab.automation_rules (org_id, name, rule_type, status, document, leaves, signal_positions, bounds, statuses, scope_platforms)
  values (v_org_id, p_name, 'custom', 'active', '{}', '[]', p_positions, array_fill('{(,)}'::nummultirange, array[cardinality(p_positions)]), p_statuses, p_platforms)
  returning id into v_id;
  insert into trimtab.rule_terms (org_id, rule_id, term, leaves, signal_positions, bounds)
  select v_org_id, v_id, t.place,
         array(select (l ->> 0)::integer from jsonb_array_elements(t.leaves) with ordinality l (l, n) order by n),
         array(select p_positions[abs((l ->> 0)::integer)] from jsonb_array_elements(t.leaves) with ordinality l (l, n) order by n),
         array(select (l ->> 1)::nummultirange from jsonb_array_elements(t.leaves) with ordinality l (l, n) order by n)
  from jsonb_array_elements(p_terms) with ordinality t (leaves, place);
  return v_id;
end $$;
create function pg_temp.found(p_name text) returns text language sql as $$
  select coalesce(string_agg(format('%s %s %s', c.title, m.term, (select string_agg(coalesce(trim_scale(round(f, 2))::text, '-'), ' ') from unnest(m.found) f)), '; ' order by c.title), 'nothing')
  from trimtab.organizations o, trimtab.evaluate_rules(o.org_id) m
  join trimtab.automation_rules r on r.id = m.rule_id
  left join trimtab.campaigns c on c.id = m.campaign_id
  where r.name = p_name
$$;
select trimtab.signal_position('roas', 'lifetime') as roas, trimtab.signal_position('spend', 'lifetime') as spend \gset

select pg_temp.rule('two', array[:roas, :spend], '[[[1, "{(,1)}"], [2, "{[50,)}"]]]');
select pg_temp.rule('not', array[:roas], '[[[-1, "{[1,)}"]]]');
select pg_temp.rule('or', array[:roas, :spend, -7], '[[[1, "{(3,)}"]], [[2, "{[50,)}"], [3, "{(,2000)}"]]]');
select pg_temp.rule('many', array[:roas, :spend, -1, -4, -5, -6], '[[[1, "{(,1)}"], [2, "{[50,)}"], [3, "{(1,)}"], [4, "{[2,2]}"], [5, "{[720,721)}"], [6, "{[5,5]}"]]]');
select pg_temp.rule('many but one', array[:roas, :spend, -1, -4, -5, -6], '[[[1, "{(,1)}"], [2, "{[50,)}"], [3, "{(1,)}"], [4, "{[2,2]}"], [5, "{[720,721)}"], [6, "{[6,6]}"]]]');
select pg_temp.rule('always', '{}', '[[]]', '{paused}');
select pg_temp.rule('never', array[:roas], '[]');
select pg_temp.rule('google', array[:spend], '[[[1, "{[50,)}"]]]', '{active,paused}', '{google}');
select pg_temp.rule('gap', array[:spend], '[[[1, "{(,100),(100,)}"]]]');

create function pg_temp.check(p_way text) returns setof text language plpgsql as $$
begin
  return next is(pg_temp.found('two'), 'low 1 0.4 100', p_way || ': all conditions of a term must hold');
  return next is(pg_temp.found('not'), 'high 1 4', p_way || ': what is not known does not fulfil the opposite');
  return next is(pg_temp.found('or'), 'high 1 4 100 1000; low 2 0.4 100 1000', p_way || ': the first term that holds is told');
  return next is(pg_temp.found('many') || ' / ' || pg_temp.found('many but one'), 'low 1 0.4 100 720 2 720 5 / nothing', p_way || ': any number of conditions, the calendar too');
  return next is(pg_temp.found('always') || ' / ' || pg_temp.found('never'), 'paused 1  / nothing', p_way || ': no conditions always hold, no terms never');
  return next is(pg_temp.found('google'), 'high 1 100', p_way || ': only campaigns in scope');
  return next is(pg_temp.found('gap'), 'nothing', p_way || ': bounds may have gaps');
end $$;

select pg_temp.check('without the memo');
select trimtab.refresh_signals(:'acme');
select pg_temp.check('with it');
select test.act_as(:'manager');
select is((select count(*) from trimtab.evaluate_rules(:'acme')), (select count(*) from trimtab.evaluate_rules(:'acme', p_campaign_ids => array(select id from trimtab.campaigns))),
  'and for a manager as well');
select * from finish();
rollback;
