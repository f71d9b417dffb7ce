begin;
select plan(13);

select test.clock_at('2026-05-04 10:00+00');
select test.organization('Acme') as acme, test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'viewer') as viewer \gset
delete from trimtab.automation_rules;
insert into trimtab.campaign_groups (org_id, id, name) values (:'acme', '00000000-0000-4000-8000-000000000001', 'Spring');
insert into trimtab.campaigns (org_id, title, platform, status, tags, group_id, autonomous_enabled, currency, ends_at) values
  (:'acme', 'meta', 'meta', 'active', '{}', null, true, 'USD', null),
  (:'acme', 'tagged', 'google', 'active', '{brand,x}', null, true, 'USD', null),
  (:'acme', 'grouped', 'google', 'active', '{}', '00000000-0000-4000-8000-000000000001', true, 'USD', null),
  (:'acme', 'kin', 'google', 'active', '{}', '00000000-0000-4000-8000-000000000001', true, 'USD', '2026-06-01'),
  (:'acme', 'shadowed', 'tiktok', 'active', '{}', null, true, 'USD', null),
  (:'acme', 'alone', 'linkedin', 'active', '{}', null, true, 'USD', null),
  (:'acme', 'opted out', 'meta', 'active', '{}', null, false, 'USD', null),
  (:'acme', 'ended', 'meta', 'active', '{}', null, true, 'USD', '2026-05-04 10:00+00'),
  (:'acme', 'paused', 'meta', 'paused', '{}', null, true, 'USD', null),
  (:'bolt', 'other', 'linkedin', 'active', '{}', null, true, 'USD', null);
create function pg_temp.rule(p_org uuid, p_name text, p_status text, p_trigger text default 'run') returns uuid language sql as $$
  insert into trimtab.automation_rules (org_id, name, rule_type, status, priority, document, leaves, signal_positions, bounds, statuses, trigger_kind, event_type)
  values (p_org, p_name, 'custom', p_status, 50, '{}', '[]', '{}', '{}', '{active}', p_trigger, case p_trigger when 'event' then 'x.y' end)
  returning id
$$;
select pg_temp.rule(:'acme', 'platform', 'active') as a, pg_temp.rule(:'acme', 'tag', 'active') as b, pg_temp.rule(:'acme', 'related', 'active') as c,
  pg_temp.rule(:'acme', 'shadow', 'shadow') as d, pg_temp.rule(:'acme', 'off', 'paused') as e, pg_temp.rule(:'acme', 'event', 'active', 'event') as f,
  pg_temp.rule(:'acme', 'manual', 'active', 'manual') as g, pg_temp.rule(:'acme', 'gone', 'archived') as h, pg_temp.rule(:'bolt', 'all', 'active') as i \gset
update trimtab.automation_rules set scope_platforms = '{meta}' where id = :'a';
update trimtab.automation_rules set scope_tags = '{brand,y}' where id = :'b';
update trimtab.automation_rules set scope_related_to = (select id from trimtab.campaigns where title = 'grouped') where id = :'c';
update trimtab.automation_rules set scope_platforms = '{tiktok}' where id = :'d';

select test.act_as(:'viewer');
select results_eq('select title, active_rules, shadow_rules, is_automated, is_running from trimtab.v_campaign_automation order by title',
  $$ values ('alone', 0::bigint, 0::bigint, false, true), ('ended', 1, 0, true, false), ('grouped', 1, 0, true, true), ('kin', 1, 0, true, true),
    ('meta', 1, 0, true, true), ('opted out', 1, 0, false, true), ('paused', 0, 0, false, false), ('shadowed', 0, 1, false, true),
    ('tagged', 1, 0, true, true) $$, 'each campaign with the rules that judge it in a run');
select results_eq('select campaigns, automated_campaigns, adoption_percent, opted_out_campaigns, shadow_only_campaigns, active_rules, shadow_rules, autopilot_enabled
    from trimtab.v_automation_adoption',
  'values (7::bigint, 4::bigint, 57.14, 1::bigint, 1::bigint, 5::bigint, 1::bigint, true)', 'four of seven running campaigns are under automation');
select is((select campaigns_acted_on_last_30d from trimtab.v_automation_adoption), 0::bigint, 'rules have acted on none');

select test.reset();
insert into trimtab.automation_executions (org_id, mode, rule_id, rule_version, campaign_id, trigger_source, status, executed_at, login, error_message)
select :'acme', x.mode, :'a', 1, c.id, 'clock', x.status, x.at::timestamptz, 'x', 'x'
from (values ('meta', 'active', 'success', '2026-05-04 09:00+00'), ('meta', 'active', 'success', '2026-05-03 09:00+00'), ('paused', 'active', 'partial', '2026-04-05'),
  ('kin', 'active', 'failure', '2026-05-04'), ('tagged', 'shadow', 'skipped', '2026-05-04'), ('grouped', 'active', 'success', '2026-04-04 09:59:59+00')) x (title, mode, status, at)
join trimtab.campaigns c on c.org_id = :'acme' and c.title = x.title;
select test.act_as(:'viewer');
select results_eq('select campaigns_acted_on_last_30d, acted_on_percent_last_30d from trimtab.v_automation_adoption', 'values (2::bigint, 14.29)',
  'acted on is who was really changed or told about within 30 days: two, one of which runs');

select test.reset();
update trimtab.guardrails set autopilot_enabled = false where org_id = :'acme';
select test.act_as(:'viewer');
select is((select autopilot_enabled from trimtab.v_automation_adoption), false, 'the stop switch is told');
select test.reset();
update trimtab.automation_rules set statuses = null where id = :'a';
select test.act_as(:'viewer');
select is((select active_rules from trimtab.v_campaign_automation where title = 'paused'), 1::bigint, 'a rule for all statuses judges paused campaigns, too');
select test.reset();
update trimtab.automation_rules set statuses = '{paused}' where id = :'a';
select test.act_as(:'viewer');
select is((select is_automated from trimtab.v_campaign_automation where title = 'meta'), false, 'and one for paused ones no active one');
select test.reset();
update trimtab.automation_rules set scope_related_to = null, scope_groups = '{00000000-0000-4000-8000-000000000001}' where id = :'c';
select test.act_as(:'viewer');
select set_eq('select title from trimtab.v_campaign_automation where active_rules > 0 and platform = ''google''', array['grouped', 'kin', 'tagged'], 'a group is a scope');
select test.reset();
update trimtab.automation_rules set scope_groups = null, scope_campaigns = array[(select id from trimtab.campaigns where title = 'alone')] where id = :'c';
select test.act_as(:'viewer');
select is((select is_automated from trimtab.v_campaign_automation where title = 'alone'), true, 'so is a campaign');
select is((select is_automated from trimtab.v_campaign_automation where title = 'kin'), false, 'which leaves the others');
select test.reset();
update trimtab.campaigns set status = 'paused' where org_id = :'acme';
select test.act_as(:'viewer');
select results_eq('select campaigns, adoption_percent from trimtab.v_automation_adoption', 'values (0::bigint, null::numeric)', 'without running campaigns there is no percentage');
select test.act_as_nobody();
select is_empty('select from trimtab.v_automation_adoption', 'nobody sees nothing');
select is_empty('select from trimtab.v_campaign_automation', 'of campaigns neither');
select * from finish();
rollback;
