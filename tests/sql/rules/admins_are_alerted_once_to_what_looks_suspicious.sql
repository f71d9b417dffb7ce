begin;
select plan(21);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.organization('Other') as other \gset
select test.running_campaign(:'acme', 'C' || n) from generate_series(1, 20) n;
update trimtab.settings set value = '{"within_minutes": 60, "edits": 12, "actions": 5}' where name = 'suspicious_patterns';

create function pg_temp.told() returns text[] language sql as $$
  select array_agg(p.pattern || ' ' || p.severity order by p.pattern, p.key)
  from trimtab.organizations o cross join lateral trimtab.suspicious_patterns(o.org_id, trimtab.clock() - interval '25 hours') p
  where o.name = 'Acme'
$$;
create function pg_temp.watch() returns integer language sql as $$
  select trimtab.watch_organization(o.org_id) from trimtab.organizations o where o.name = 'Acme'
$$;

select is(pg_temp.told(), null, 'a new organization with its default rules is quiet');
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'admin') as admin \gset
select is(pg_temp.told(), array['new_admin medium', 'new_login low', 'new_login low'], 'a new login and a new admin are told');

select test.act_as_engine(:'acme');
select is(pg_temp.watch(), 3, 'an alert for each');
select is(pg_temp.watch(), 0, 'once');
select test.reset();
select is((select array_agg(severity || ': ' || title order by severity, title) from trimtab.alerts where org_id = :'acme' and title not like 'A new login%'),
  array['medium: A new admin'], 'with a severity and a title');
select is((select count(*) from trimtab.alerts where org_id = :'acme' and source = 'watch' and assignee_role = 'admin'), 3::bigint, 'for the admins');
select is((select count(*) from trimtab.events where org_id = :'acme' and type = 'security.suspicious_pattern'), 3::bigint, 'and an event for each');
update trimtab.alerts set status = 'resolved', resolved_at = trimtab.clock() where org_id = :'acme';
select test.act_as_engine(:'acme');
select is(pg_temp.watch(), 0, 'what was closed is not raised again');

-- many edits by one person
select test.act_as(:'manager');
update trimtab.campaigns set budget = 101 where title in (select 'C' || n from generate_series(1, 6) n);
update trimtab.campaigns set title = title || '!' where title in (select 'C' || n from generate_series(1, 5) n);
select test.reset();
select is(pg_temp.told() && array['mass_edits high'], false, 'eleven changes are no mass');
select test.clock_at('2026-03-20 12:59+00');
select test.act_as(:'manager');
update trimtab.autonomous_rules set is_active = false where rule_name = 'Low ROI Pause';
select test.reset();
select is(pg_temp.told() && array['mass_edits high'], true, 'the twelfth within the hour makes one');
select test.act_as_engine(:'acme');
select is(pg_temp.watch(), 1, 'which is told');
select test.act_as(:'manager');
update trimtab.autonomous_rules set is_active = false where rule_name = 'High ROI Scale';
select test.act_as_engine(:'acme');
select is(pg_temp.watch(), 0, 'once a day, however it goes on');
select test.reset();
select is((select evidence ->> 'login' from trimtab.alerts where org_id = :'acme' and title like 'Many changes%'), :'manager', 'with the login');

-- bounds that were loosened
select test.act_as(:'admin');
update trimtab.guardrails set max_pause_share_percent = 20, cool_off_hours = 100;
select test.reset();
select is(pg_temp.told() && array['raised_caps medium'], false, 'tighter bounds are no matter');
select test.act_as(:'admin');
update trimtab.guardrails set max_pause_share_percent = 90, cool_off_hours = 1;
update trimtab.autonomous_rules set action = '{"type": "auto_scale_up", "multiplier": 1.5, "max_budget": 99000}' where rule_name = 'High ROI Scale';
update trimtab.autonomous_rules set action = '{"type": "auto_scale_up", "multiplier": 2, "max_budget": 15000}' where rule_name = 'Exceptional ROI Aggressive Scale';
select trimtab.save_rule('{"name": "Both", "max_executions_per_day": 2, "conditions": [{"metric": "roas", "operator": ">", "threshold": 3}],
  "actions": [{"type": "adjust_budget", "value": 10, "ceiling": 5000}, {"type": "adjust_bid", "value": 5, "ceiling": 1, "max_step_percent": 5}]}') as two \gset
select trimtab.save_rule('{"name": "Both", "conditions": [{"metric": "roas", "operator": ">", "threshold": 3}],
  "actions": [{"type": "adjust_budget", "value": 10, "ceiling": 4000}, {"type": "adjust_bid", "value": 5, "ceiling": 9, "max_step_percent": 50}]}', :'two');
select test.reset();
select is((select array_agg(p.message order by length(p.key), p.key) from trimtab.suspicious_patterns(:'acme', trimtab.clock() - interval '1 hour') p where p.pattern = 'raised_caps'),
  array[format('%s loosened guardrails at 2026-03-20 12:59:00+00: cool_off_hours 100 → 1, max_pause_share_percent 20 → 90.', :'admin'),
        format('%s loosened a rule''s bounds at 2026-03-20 12:59:00+00: ceiling of adjust_budget 10000 → 99000.', :'admin'),
        format('%s loosened a rule''s bounds at 2026-03-20 12:59:00+00: ceiling of adjust_bid 1 → 9, max_executions_per_day 2 → none, max_step_percent of adjust_bid 5 → 50.', :'admin')],
  'looser ones are: from what, to what, by whom; a lowered ceiling is not among them');

-- a burst of automatic actions
select trimtab.pause_campaign_as(p_org_id => :'acme', p_campaign_id => c.id, p_reason => 'r', p_confidence => 90, p_origin => 'rule', p_evidence => '{}')
from trimtab.campaigns c where c.title in ('C7', 'C8', 'C9', 'C10');
select is(pg_temp.told() && array['burst_of_actions high'], false, 'four actions are no burst');
select trimtab.pause_campaign_as(p_org_id => :'acme', p_campaign_id => c.id, p_reason => 'r', p_confidence => 90, p_origin => 'rule', p_evidence => '{}')
from trimtab.campaigns c where c.title = 'C11';
select is(pg_temp.told() && array['burst_of_actions high'], true, 'five are');
select is((select count(*) from trimtab.suspicious_patterns(:'other', trimtab.clock() - interval '25 hours')), 0::bigint, 'another organization hears nothing of it');

select test.act_as(:'manager');
select throws_ok(format('select trimtab.watch_organization(%L)', :'other'), 'TT004', null, 'nor is it watched from here');
select test.member(:'acme', 'analyst') as analyst \gset
select test.act_as(:'analyst');
select throws_ok(format('select trimtab.watch_organization(%L)', :'acme'), 'TT003', null, 'an analyst does not watch');
select test.reset();
select test.clock_at('2026-03-22 12:00+00');
select is(pg_temp.told(), null, 'two days later it is the past');
select * from finish();
rollback;
