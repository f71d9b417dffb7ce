-- The life of a rule: draft, changes, statuses, archive; and who may do what.
begin;
select plan(48);
select test.clock_at('2026-03-20 12:00+00');
select test.organization('Acme') as acme \gset
select test.organization('Other') as other \gset
select test.member(:'acme', 'analyst') as analyst \gset
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'other', 'manager') as foreigner \gset
select test.running_campaign(:'other', 'Theirs') as theirs \gset
select test.running_campaign(:'acme', 'Ours') as ours \gset

select test.act_as(:'analyst');
set local search_path to trimtab, test, public;
create function pg_temp.rule(p_name text, p_threshold numeric, p_more jsonb default '{}') returns jsonb language sql as $$
  select jsonb_build_object('name', p_name,
    'conditions', jsonb_build_array(jsonb_build_object('type', 'metric_threshold', 'metric', 'cpa', 'operator', '>', 'threshold', p_threshold)),
    'actions', '[{"type": "pause_campaign"}]'::jsonb) || p_more
$$;
create function pg_temp.fault(p_statement text) returns text language plpgsql as $$
declare v_detail text; v_code text;
begin
  execute p_statement;
  return 'accepted';
exception when others then
  get stacked diagnostics v_code = returned_sqlstate, v_detail = pg_exception_detail;
  return v_code || ': ' || v_detail;
end $$;
create function pg_temp.of(p_name text) returns uuid language sql as $$
  select id from trimtab.automation_rules where name = p_name order by status = 'archived' limit 1
$$;

-- an analyst drafts in shadow
select isnt(save_rule(pg_temp.rule('Dear', 50), null, 'First try'), null, 'an analyst saves a rule');
select is((select status from automation_rules where name = 'Dear'), 'shadow', 'which starts in shadow');
select is((select row(version, reason, changed_by, login)::text from rule_versions where rule_id = pg_temp.of('Dear')),
  format('(1,"First try",%s,%s)', test.user_of(:'analyst'), :'analyst'), 'its version says who and why');
select is(save_rule(pg_temp.rule('Dear', 60), pg_temp.of('Dear'), ' '), pg_temp.of('Dear'), 'and changes it');
select is((select array_agg(version || coalesce(reason, '-') order by version) from rule_versions where rule_id = pg_temp.of('Dear')),
  array['1First try', '2-'], 'as a second version; a blank reason is none');
select is(save_rule(pg_temp.rule('Dear', 60), pg_temp.of('Dear'), 'again'), pg_temp.of('Dear'), 'the same document again');
select is((select max(version) from rule_versions where rule_id = pg_temp.of('Dear')), 2, 'writes nothing');
select is((select (document #>> '{conditions,all,0,threshold}')::integer from automation_rules where name = 'Dear'), 60, 'the canonical document is kept');
select isnt_empty($$select from rule_terms where rule_id = pg_temp.of('Dear')$$, 'with its compiled terms');
select matches(pg_temp.fault($$select save_rule(pg_temp.rule('Live', 50, '{"status": "active"}'))$$), '^TT003', 'an active rule takes a manager');
select matches(pg_temp.fault($$select save_rule(pg_temp.rule('Live', 50, '{"enabled": false}'))$$), '^TT003', 'and so does a paused one');
select matches(pg_temp.fault($$select set_rule_status(pg_temp.of('Dear'), 'active')$$), '^TT003', 'an analyst does not activate');
select matches(pg_temp.fault($$select set_rule_status(pg_temp.of('Low ROI Pause'), 'shadow')$$), '^TT003', 'nor take an active rule into shadow');
select matches(pg_temp.fault($$select save_rule(pg_temp.rule('Low ROI Pause', 1), pg_temp.of('Low ROI Pause'))$$), '^TT003', 'nor change one');
select is(set_rule_status(pg_temp.of('Dear'), 'archived', 'Wrong idea'), 3, 'an analyst may lay a shadow rule aside');
select matches(pg_temp.fault($$select set_rule_status(pg_temp.of('Dear'), 'shadow')$$), '^TT003', 'to bring it back takes a manager');

-- a manager puts it to work
select test.act_as(:'manager');
select is(set_rule_status(pg_temp.of('Dear'), 'shadow'), 4, 'a manager takes it out of the archive');
select is(set_rule_status(pg_temp.of('Dear'), 'active', 'Proved itself'), 5, 'and activates it');
select is(set_rule_status(pg_temp.of('Dear'), 'active'), 5, 'twice is once');
select is((select array_agg(status order by version) from v_rule_versions where rule_name = 'Dear'),
  array['shadow', 'shadow', 'archived', 'shadow', 'active'], 'the versions tell its life');
select is((select array_agg(changed_keys::text order by version) from v_rule_versions where rule_name = 'Dear' and version > 1),
  array['{conditions}', '{status}', '{status}', '{status}'], 'and what changed each time');
select is((select valid_to is null and is_current and reason = 'Proved itself' from v_rule_versions where rule_name = 'Dear' and version = 5), true,
  'the last one is current, with its reason');
select lives_ok($$select save_rule(pg_temp.rule('Dear', 70), pg_temp.of('Dear'))$$, 'a document without a status');
select is((select status from automation_rules where name = 'Dear'), 'active', 'leaves the status of a rule that exists');
select save_rule(pg_temp.rule('Dear', 70, '{"enabled": false}'), pg_temp.of('Dear'));
select is((select status from automation_rules where name = 'Dear'), 'paused',
  'enabled false pauses');
select save_rule(pg_temp.rule('Dear', 70, '{"status": "active"}'), pg_temp.of('Dear'));
select is((select status from automation_rules where name = 'Dear'), 'active',
  'a status that is given is honoured');
select matches(pg_temp.fault($$select set_rule_status(pg_temp.of('Dear'), 'asleep')$$), '^TT030: status: found asleep, allowed: active, shadow, paused, archived', 'other statuses are refused');
select matches(pg_temp.fault($$select set_rule_status('00000000-0000-0000-0000-000000000000', 'active')$$), '^TT031', 'an unknown rule is named');
select matches(pg_temp.fault($$select save_rule(pg_temp.rule('Dear', 1))$$), '^23505', 'a name is given once');
select lives_ok($$select set_rule_status(pg_temp.of('Dear'), 'archived')$$, 'archived');
select matches(pg_temp.fault($$select save_rule(pg_temp.rule('Dear', 1), pg_temp.of('Dear'))$$), '^TT031: It is archived', 'a rule is not changed any more');
select lives_ok($$select save_rule(pg_temp.rule('Dear', 1))$$, 'and its name is free');
select matches(pg_temp.fault($$select set_rule_status((select id from automation_rules where name = 'Dear' and status = 'archived'), 'paused')$$), '^23505',
  'the archived one does not come back under a name that is taken');

-- the scope is the organization's own
select is(pg_temp.fault(format($$select save_rule(pg_temp.rule('Scoped', 1, '{"scope": {"campaigns": ["%s"]}}'))$$, :'theirs')),
  format('TT030: scope.campaigns[0]: found %s, allowed: a campaign of the organization.', :'theirs'), 'another organization''s campaign is unknown here');
select lives_ok(format($$select save_rule(pg_temp.rule('Scoped', 1, '{"scope": {"campaigns": ["%s"]}}'))$$, :'ours'), 'our own is known');

-- parts
select save_rule(pg_temp.rule('Parts', 5)) as parts \gset
select is(add_rule_condition(:'parts', '{"type": "day_of_week", "days": [1, 2]}', 'Only early in the week'), 2, 'a condition is added');
select is(add_rule_action(:'parts', '{"type": "create_alert", "title": "Look"}', null, 1), 3, 'an action is added in front');
select is((select array_agg(a ->> 'type') from automation_rules r, jsonb_array_elements(r.document -> 'actions') a where r.id = :'parts'),
  array['create_alert', 'pause_campaign'], 'where it was wanted');
select is(remove_rule_condition(:'parts', 'conditions.all[0]'), 4, 'a condition is removed by its place');
select is((select document -> 'conditions' from automation_rules where id = :'parts'), '{"all": [{"type": "day_of_week", "days": [1, 2]}]}', 'and gone');
select is(remove_rule_action(:'parts', 2), 5, 'an action is removed by its place');
select matches(pg_temp.fault(format($$select remove_rule_action('%s', 1)$$, :'parts')), '^TT030', 'the last one stays');
select matches(pg_temp.fault(format($$select remove_rule_condition('%s', 'conditions.all[7]')$$, :'parts')), '^TT030: path: found conditions.all\[7\], allowed: conditions.all\[0\]', 'a place that is not there is named');
select is(restore_rule_version(:'parts', 1), 6, 'an earlier version comes back as a new one');
select is((select document - 'status' from rule_versions where rule_id = :'parts' and version = 6),
  (select document - 'status' from rule_versions where rule_id = :'parts' and version = 1), 'and says the same');

select is((select count(*) from audit_log where entity_type = 'rule' and entity_id = :'parts' and user_id = test.user_of(:'manager')), 6::bigint,
  'each change of a rule is in the audit log with its author');

select test.act_as(:'foreigner');
select matches(pg_temp.fault(format($$select save_rule(pg_temp.rule('Parts', 1), '%s')$$, :'parts')), '^TT031', 'another organization''s rule is unknown');
select throws_ok($$update trimtab.rule_versions set reason = 'x'$$, '42501', null, 'versions are not changed');

select * from finish();
rollback;
