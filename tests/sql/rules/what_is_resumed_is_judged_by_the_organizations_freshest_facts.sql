begin;
select plan(4);

select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.running_campaign(:'acme', 'still') as still \gset
select test.running_campaign(:'acme', 'running') as running \gset
select test.facts(:'acme', :'still', '2026-03-15', 50000, 500, 300, 30, 600);
select test.facts(:'acme', :'running', '2026-03-19', 50000, 500, 300, 30, 600);
update trimtab.campaigns set status = 'paused' where id = :'still';
select test.act_as(:'manager');
select trimtab.save_rule('{
  "name": "Back", "status": "active",
  "conditions": [{"type": "metric_threshold", "metric": "roi", "operator": ">", "threshold": 1}],
  "actions": [{"type": "resume_campaign", "only_paused_by_rules": false}]}') as back \gset
select test.reset();
update trimtab.guardrails set max_facts_age_hours = 48, cool_off_hours = 0;

select is((select d.gate from trimtab.decide(:'acme') d where d.rule_name = 'Back'), null,
  'the facts of a paused campaign grow old; those of the organization, which no rule holds for, are fresh');
select is((select d.gate from trimtab.decide(:'acme', p_campaign_ids => array[:'still'::uuid]) d where d.rule_name = 'Back'), null,
  'asked about alone it is the same');
select test.act_as(:'manager');
select is(trimtab.explain_rule(:'back', :'still') ->> 'outcome', 'acts', 'explained, too');
select test.reset();
select test.clock_at('2026-03-23 12:00+00');
select is((select d.gate from trimtab.decide(:'acme') d where d.rule_name = 'Back'), 'stale_facts', 'nothing is resumed where all facts are old');

select * from finish();
rollback;
