-- The figures below are worked by hand: roi is revenue ÷ spend over the campaign's life.
begin;
select plan(27);

select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme', 'UTC', 'USD') as acme \gset
select test.organization('Other', 'UTC', 'USD') as other \gset
select test.member(:'acme', 'manager') as manager \gset
-- One run may pause every campaign here; the cap on that share has a file of its own.
update trimtab.guardrails set max_pause_share_percent = 100;

select test.running_campaign(:'acme', 'critical') as critical \gset
select test.running_campaign(:'acme', 'low') as low \gset
select test.running_campaign(:'acme', 'low but young', 100, 1.5) as young \gset
select test.running_campaign(:'acme', 'low but cheap') as cheap \gset
select test.running_campaign(:'acme', 'break-even') as even \gset
select test.running_campaign(:'acme', 'high') as high \gset
select test.running_campaign(:'acme', 'exceptional') as exceptional \gset
select test.running_campaign(:'acme', 'high but few conversions') as few \gset
select test.running_campaign(:'acme', 'silent') as silent \gset
select test.running_campaign(:'acme', 'revenue unknown') as unknown \gset
select test.running_campaign(:'other', 'not ours') as foreign_campaign \gset

select test.facts(:'acme', :'critical', '2026-03-19', 50000, 500, 300, 6, 60);
select test.facts(:'acme', :'low', '2026-03-19', 50000, 500, 400, 12, 240);
select test.facts(:'acme', :'young', '2026-03-19', 50000, 500, 400, 12, 240);
select test.facts(:'acme', :'cheap', '2026-03-19', 5000, 50, 45, 1, 5);
select test.facts(:'acme', :'even', '2026-03-19', 50000, 500, 300, 30, 300);
select test.facts(:'acme', :'high', '2026-03-19', 50000, 500, 300, 18, 1050);
select test.facts(:'acme', :'exceptional', '2026-03-19', 50000, 500, 300, 60, 1500);
select test.facts(:'acme', :'few', '2026-03-19', 5000, 50, 60, 8, 300);
select test.facts(:'acme', :'unknown', '2026-03-19', 50000, 500, 300, 0, null);
select test.facts(:'other', :'foreign_campaign', '2026-03-19', 50000, 500, 300, 6, 60);

select test.act_as(:'manager');
set local search_path to trimtab, test, public;

select is((select array_agg(rule_name || ' ' || priority order by priority desc) from autonomous_rules),
  array['Critical ROI Pause 100', 'Low ROI Pause 90', 'Exceptional ROI Aggressive Scale 85', 'High ROI Scale 80'],
  'an organization has its own copies of the four default rules');

select set_eq($$select rule_name, campaign_title, gate from decide(current_org_id())$$,
  $$values ('Critical ROI Pause', 'critical', null), ('Low ROI Pause', 'critical', 'lower_priority'),
           ('Low ROI Pause', 'low', null),
           ('Exceptional ROI Aggressive Scale', 'exceptional', null), ('High ROI Scale', 'exceptional', 'lower_priority'),
           ('High ROI Scale', 'high', null)$$,
  'decide() names every rule that holds, and what holds it back');
select is((select count(*) from campaign_changes), 0::bigint, 'deciding changes nothing');

select run_autonomous_operations() as result \gset
select is(:'result'::jsonb -> 'actions_taken' ->> 'campaigns_paused', '2', 'the run says how many it paused');
select is(:'result'::jsonb -> 'actions_taken' ->> 'campaigns_scaled', '2', 'and how many it scaled');
select is(:'result'::jsonb ->> 'success', 'true', 'and that it succeeded');
select is((:'result'::jsonb ->> 'timestamp')::timestamptz, timestamptz '2026-03-20 12:00+00', 'and when');
select is(:'result'::jsonb ->> 'held_back', '2', 'and what was held back');

select is((select status from campaigns where id = :'critical'), 'paused', 'roi 0.2 on 300 spent is paused');
select is((select status from campaigns where id = :'low'), 'paused', 'roi 0.6 on 400 spent, over 48 hours old, is paused');
select is((select status from campaigns where id = :'young'), 'active', 'a campaign of 36 hours is left to the rule that asks for 48');
select is((select status from campaigns where id = :'cheap'), 'active', 'one that spent 45 is left alone by rules that ask for 50 and 100');
select is((select status from campaigns where id = :'even'), 'active', 'break-even is not a loss');
select is((select status from campaigns where id = :'silent'), 'active', 'no facts, no action');
select is((select status from campaigns where id = :'unknown'), 'active', 'spend without known revenue is not a loss of everything');
select is((select budget from campaigns where id = :'high'), 150.00, 'roi 3.5 on 18 conversions: budget × 1.5');
select is((select budget from campaigns where id = :'exceptional'), 200.00, 'roi 5 on 60 conversions: budget × 2');
select is((select budget from campaigns where id = :'few'), 100::numeric, 'roi 5 on 8 conversions is not scaled');

select results_eq(
  $$select c.title, a.action_type, a.status, a.previous_state ->> 'status', a.new_state ->> 'status'
    from autonomous_actions a join campaigns c on c.id = a.campaign_id where a.action_type = 'auto_pause' order by 1$$,
  $$values ('critical', 'auto_pause', 'executed', 'active', 'paused'), ('low', 'auto_pause', 'executed', 'active', 'paused')$$,
  'the ledger holds what was before and after');
select is((select count(*) from autonomous_actions where confidence_score > 25), 4::bigint,
  'each action carries a probability');
select matches((select reason from autonomous_actions where campaign_id = :'critical'),
  'Critical ROI Pause: roi of lifetime is 0\.2 \(< 0\.5\), spend of lifetime is 300 \(>= 50\)', 'and its figures in words');
select is((select r.rule_name from autonomous_actions a join autonomous_rules r on r.id = a.rule_id and r.version = a.rule_version
           where a.campaign_id = :'high'), 'High ROI Scale', 'and names the version of the rule');
select is((select run_id::text from autonomous_actions where campaign_id = :'high'), :'result'::jsonb ->> 'run_id', 'and the run');
select is((select count(*) from v_held_decisions where code = 'lower_priority'), 2::bigint, 'held back decisions are on record');

select test.reset();
select is((select status from trimtab.campaigns where id = :'foreign_campaign'), 'active', 'another organization''s campaign is not touched');
select is((select count(*) from trimtab.campaign_changes where org_id = :'other'), 0::bigint, 'nor is its ledger');
select results_eq(format($$select kind, recipients from trimtab.outbox where org_id = %L$$, :'acme'), $$values ('in_app', '{role:admin}'::text[])$$,
  'a rule with notify_admin tells the admins');

select * from finish();
rollback;
