begin;
select plan(16);
select test.clock_at('2026-05-20 10:00+00');
select test.organization('Acme', 'America/New_York', 'USD') as acme \gset
select test.member(:'acme', 'analyst') as analyst \gset
select test.member(:'acme', 'viewer') as viewer \gset
select test.organization('Other') as other \gset
select test.member(:'other', 'owner') as stranger \gset

select test.act_as(:'viewer');
select throws_ok($$select trimtab.begin_import('f.csv', 'own')$$, 'TT003', null, 'a viewer may not import');
select test.act_as(:'analyst');
select trimtab.begin_import('f.csv', 'own') as batch \gset
select throws_ok($$select trimtab.begin_import('f.csv', 'own')$$, 'TT020', null, 'one import at a time');
insert into trimtab_import (line_number, platform, external_id, title, currency, day, impressions, clicks, spend, conversions, revenue, creative)
values
  (2, 'meta', null, 'Spring  sale', 'USD', '2026-05-10', 100, 10, 5.25, 1, 9, 'A'),
  (3, 'meta', null, 'Spring sale', 'USD', '2026-05-10', 50, 1, 1.25, 20, 0, 'B'),
  (4, 'meta', '77', 'Other', 'USD', '2026-05-09', 10, 1, 1, null, null, null),
  (5, 'meta', '77', 'Other', 'EUR', '2026-05-08', 10, 1, 1, null, null, null),
  (6, 'nowhere', null, 'X', 'USD', '2027-05-08', -1, 1, 'NaN', null, null, null),
  (7, 'meta', '77', 'Other', 'USD', '2026-05-08', 10, 1, 1, null, null, null);
insert into trimtab_import (line_number, title, day, impressions, spend, skipped) values (8, '', '2026-05-10', 150, 6.50, 'blank_name'), (9, '', '2026-05-10', 7, 7, 'blank_name');
select row_to_json(b) as report from trimtab.finish_import(:'batch') b \gset
select is((:'report'::json ->> 'rows_read')::int, 8, 'every row is counted');
select is((:'report'::json ->> 'rows_inserted')::int, 3, 'three rows became facts');
select is((:'report'::json ->> 'rows_quarantined')::int, 3, 'three are faulty');
select is((:'report'::json ->> 'rows_held')::int, 1, 'one waits for its faulty neighbour');
select is((:'report'::json ->> 'rows_skipped')::int, 1, 'one is a total');
select is(:'report'::json #>> '{totals,flags,conversions_above_clicks}', '1', 'conversions above clicks are flagged');
select results_eq(
  $$select title, source_key, status, currency::text, starts_at from trimtab.campaigns order by title$$,
  $$values ('Other', 'id:77', 'active', 'USD', '2026-05-09 00:00-04'::timestamptz), ('Spring sale', 'name:Spring sale', 'active', 'USD', '2026-05-10 00:00-04')$$,
  'campaigns are made, since their first fact');
select results_eq(
  $$select c.title, m.grain, m.dimension, m.subject, m.spend, m.conversions from trimtab.campaign_metrics m join trimtab.campaigns c on c.id = m.campaign_id order by 1, 2, 3, 4$$,
  $$values ('Other', 'day', '', '', 1::numeric, null::numeric), ('Spring sale', 'breakdown', 'creative', 'A', 5.25, 1), ('Spring sale', 'breakdown', 'creative', 'B', 1.25, 20), ('Spring sale', 'day', '', '', 6.5, 21)$$,
  'totals and breakdowns are published');
select is(
  (select jsonb_agg(f ->> 'field' order by f ->> 'field') from trimtab.quarantined_rows q, jsonb_array_elements(q.faults) f where q.line_number = 6),
  '["day", "impressions", "platform", "spend"]', 'all faults of a row are found at once');
select is(
  (select q.faults #>> '{0,reason}' from trimtab.quarantined_rows q where q.line_number = 5),
  'the campaign''s currency is USD', 'another currency is refused');
select throws_ok(format('select trimtab.finish_import(%L)', :'batch'), 'TT020', null, 'a finished import is over');
select test.act_as(:'stranger');
select is_empty('select from trimtab.import_batches', 'another tenant does not see the batch');
select is_empty('select from trimtab.quarantined_rows', 'nor its quarantine');
select test.reset();
select is((select count(*) from trimtab.audit_log where org_id = :'acme' and action = 'facts.imported'), 1::bigint, 'the audit log has it');
select * from finish();
rollback;
