begin;
select plan(15);
select test.organization('Acme') as acme \gset
select test.member(:'acme', 'manager') as manager \gset
select test.member(:'acme', 'analyst') as analyst \gset

create function pg_temp.faults(p_statement text) returns text language plpgsql as $$
declare v_detail text; v_code text;
begin
  execute p_statement;
  return 'accepted';
exception when others then
  get stacked diagnostics v_code = returned_sqlstate, v_detail = pg_exception_detail;
  return v_code || ': ' || v_detail;
end $$;

select test.act_as(:'manager');
set local search_path to trimtab, test, public;

select matches(pg_temp.faults($$update autonomous_rules set condition = '{"metric": "rio", "operator": "less", "min_spend": -1, "treshold": 2}' where rule_name = 'Low ROI Pause'$$),
  '^TT030: ', 'a wrong condition is refused');
select is(array(select fault from unnest(array[
    'condition.metric: found "rio", allowed: .*roi', 'condition.operator: found "less", allowed: .*<', 'condition.min_spend: found -1, allowed: ',
    'condition.threshold: found nothing, allowed: ', 'condition.treshold: found 2, allowed: no such key']) fault
  where pg_temp.faults($$update autonomous_rules set condition = '{"metric": "rio", "operator": "less", "min_spend": -1, "treshold": 2}' where rule_name = 'Low ROI Pause'$$) !~ fault),
  '{}', 'and every fault of it is named: path, found, allowed');
select matches(pg_temp.faults($$update autonomous_rules set condition = '{"metric": "roi", "operator": "<", "threshold": "much"}' where rule_name = 'Low ROI Pause'$$),
  'TT030: condition.threshold: found "much", allowed: a number', 'a word is not a number');
select matches(pg_temp.faults($$update autonomous_rules set condition = '[1]' where rule_name = 'Low ROI Pause'$$),
  'TT030: condition\[0\]: found 1', 'a condition is an object');
select matches(pg_temp.faults($$update autonomous_rules set action = '{"type": "auto_scale_up", "multiplier": 0.5, "max_budget": 0}' where rule_name = 'High ROI Scale'$$),
  E'TT030: action.max_budget: found 0.*\naction.multiplier: found 0.5, allowed: ', 'faults of an action too');
select matches(pg_temp.faults($$insert into autonomous_rules (rule_name, rule_type, condition, action) values ('x', 'strange', '{"metric": "roi", "operator": "<", "threshold": 1}', '{"type": "auto_fly"}')$$),
  E'TT030: rule_type: found "strange", allowed: .*\naction.type: found "auto_fly", allowed: .*pause_campaign', 'a type that cannot be carried out is refused, not stored');
select matches(pg_temp.faults($$insert into autonomous_rules (rule_name, rule_type, condition, action) values ('High ROI Scale', 'pause', '{"metric": "roi", "operator": "<", "threshold": 1}', '{"type": "auto_pause"}')$$),
  '^23505', 'a name is given once');
select matches(pg_temp.faults($$update autonomous_rules set rule_name = null, priority = null, is_active = null where rule_name = 'Low ROI Pause'$$),
  E'^TT030: rule_name: found nothing.*\npriority: found nothing.*\nis_active: found nothing', 'nothing is no value');
select matches(pg_temp.faults($$update autonomous_rules set rule_name = ' ', condition = '{}', action = '[]' where rule_name = 'Low ROI Pause'$$),
  E'^TT030: name: found .*\n(.*\n)*condition.*\n(.*\n)*action', 'faults of all parts of a rule are named at once');
select is((select count(*) from autonomous_rules where is_active), 4::bigint, 'and nothing was changed');
select is(pg_temp.faults($$insert into autonomous_rules (org_id, rule_name, rule_type, condition, action) values ('00000000-0000-0000-0000-000000000000', 'x', 'pause', '{}', '{}')$$),
  'TT004: 00000000-0000-0000-0000-000000000000 is not it.', 'a rule is not made for others');
prepare made as insert into autonomous_rules (rule_name, rule_type, condition, action) values ('Made', 'pause', '{"metric": "roi", "operator": "<", "threshold": 1}', '{"type": "auto_pause"}') returning priority, is_active, version;
select results_eq('made', $$values (50, true, 1)$$, 'returning says what was filled in');
select lives_ok($$insert into autonomous_rules (rule_name, rule_type, condition, action, priority) values ('Dear clicks', 'pause', '{"metric": "cpc", "operator": ">", "threshold": 2.5, "window": "last_7_days", "min_spend": 100}', '{"type": "auto_pause"}', 70)$$,
  'a good one is stored');
select lives_ok($$delete from autonomous_rules where rule_name = 'Dear clicks'$$, 'and can be removed');

select test.act_as(:'analyst');
select matches(pg_temp.faults($$update autonomous_rules set is_active = false where rule_name = 'Low ROI Pause'$$), '^TT003',
  'an analyst may not tune rules, and is told so');

select * from finish();
rollback;
