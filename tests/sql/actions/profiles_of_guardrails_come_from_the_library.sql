begin;
select plan(10);
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'admin') as admin \gset
select test.member(:'acme', 'manager') as manager \gset
select is((select to_jsonb(g) - 'org_id' - 'updated_at' - 'profile' - 'autopilot_enabled' from trimtab.guardrails g),
  (select jsonb_object_agg(f.key, f.value -> 'value') from trimtab.library l, jsonb_each(l.document -> 'figures') f
   where l.kind = 'guardrail_profile' and l.code = 'standard'), 'standard is what an organization begins with');
select is((select count(*) from trimtab.library l, jsonb_each(l.document -> 'figures') f
  where l.kind = 'guardrail_profile' and coalesce(f.value ->> 'why', '') = ''), 0::bigint, 'each figure has its reason');
select is((select count(distinct array(select jsonb_object_keys(l.document -> 'figures') order by 1)) from trimtab.library l
  where l.kind = 'guardrail_profile'), 1::bigint, 'all profiles speak of the same figures');
select test.act_as(:'manager');
select throws_ok($$select trimtab.apply_guardrail_profile('conservative')$$, 'TT003', null, 'a manager applies none');
select test.act_as(:'admin');
select throws_ok($$select trimtab.apply_guardrail_profile('reckless')$$, 'TT015', null, 'one has to exist');
update trimtab.guardrails set autopilot_enabled = false;
select is((trimtab.apply_guardrail_profile('Conservative')).max_budget_step_percent, 20::numeric, 'it is applied');
select results_eq('select max_pause_share_percent, profile, autopilot_enabled from trimtab.guardrails',
  $$values (10::numeric, 'conservative@1', false)$$, 'with its name; what is stopped stays stopped');
select is((trimtab.apply_guardrail_profile('standard')).max_pause_share_percent, 25::numeric, 'and another after it');
select throws_ok($$update trimtab.guardrails set profile = 'mine'$$, '42501', null, 'the name is not made up');
select test.reset();
select is((select count(*) from trimtab.audit_log where action = 'guardrails.updated')::integer, 3, 'all of it is audited');
select * from finish();
rollback;
