begin;
select plan(28);

select test.clock_at('2026-05-04 10:00+00');
select test.organization('Acme') as acme, test.organization('Bolt') as bolt \gset
select test.member(:'acme', 'owner') as owner, test.member(:'acme', 'manager') as manager, test.member(:'acme', 'viewer') as viewer \gset
select test.member(:'acme', 'analyst') as analyst, test.member(:'acme', 'admin') as admin, test.member(:'bolt', 'owner') as other \gset

-- who answers
select test.act_as(:'viewer');
select isnt(trimtab.submit_survey(9, '  It watches the weekends. '), null, 'a viewer answers');
select results_eq('select survey, score, comment, user_id from trimtab.survey_answers',
  format('values (''automation''::text, 9, ''It watches the weekends.''::text, %L::uuid)', test.user_of(:'viewer')), 'and reads the own answer');
select lives_ok('select trimtab.submit_survey(10)', 'answering again');
select results_eq('select score, comment from trimtab.survey_answers', 'values (10, null::text)', 'replaces the answer');
select throws_ok('insert into trimtab.survey_answers (org_id, survey, score, answered_at) values (trimtab.current_org_id(), ''automation'', 10, now())',
  '42501', null, 'nobody votes past the function');
select throws_ok('select trimtab.submit_survey(11, repeat(''x'', 2001), ''Q 1'')', 'TT038', 'the answer cannot be taken like this', 'what is wrong is refused');
select throws_ok('select trimtab.submit_survey(-1)', 'TT038', null, 'below 0, too');
select throws_ok('select trimtab.submit_survey(null)', 'TT038', null, 'and nothing at all');
select test.act_as_engine(:'acme');
select throws_ok('select trimtab.submit_survey(10)', 'TT038', null, 'the engine is no person');
select throws_ok('select from trimtab.survey_answers', '42501', null, 'and may not read answers');
select test.act_as_nobody();
select throws_ok('select trimtab.submit_survey(10)', 'TT001', null, 'nobody does not answer');
select throws_ok('select * from trimtab.survey_results()', 'TT001', null, 'nor reads results');

-- too few
select test.act_as(:'owner');
select lives_ok('select trimtab.submit_survey(6, ''Too many mails.'')', 'another one answers');
select is((select count(*) from trimtab.survey_answers), 1::bigint, 'an owner sees the own answer only');
select test.act_as(:'manager');
select lives_ok('select trimtab.submit_survey(9)', 'a third');
select is_empty('select from trimtab.survey_answers where user_id <> trimtab.current_user_id()', 'a manager does not see the others either');
select test.act_as(:'analyst');
select lives_ok('select trimtab.submit_survey(7, ''Fine.'')', 'a fourth');
select results_eq('select * from trimtab.survey_results()',
  'values (''automation''::text, 4::bigint, null::bigint, null::bigint, null::bigint, null::numeric, null::text[])',
  'of four answers only their number is told');
select test.act_as(:'other');
select lives_ok('select trimtab.submit_survey(0, ''Bolt says no.'')', 'somebody of another organization');

-- enough: 10, 9, 9 promote, 7 is passive, 6 detracts: (3 - 1) of 5
select test.act_as(:'admin');
select lives_ok('select trimtab.submit_survey(9, ''Fine.'')', 'a fifth');
select results_eq('select * from trimtab.survey_results()',
  'values (''automation''::text, 5::bigint, 3::bigint, 1::bigint, 1::bigint, 40.0, array[''Fine.'', ''Fine.'', ''Too many mails.''])',
  'of five the score is told, with what was said');
select test.act_as(:'viewer');
select results_eq('select net_promoter_score, comments from trimtab.survey_results(''automation'')', 'values (40.0, null::text[])',
  'below a manager without what was said');
select is_empty('select from trimtab.survey_results(''another'')', 'of a survey that nobody answered there is nothing');
select lives_ok('select trimtab.submit_survey(0, null, ''automation-2026q2'')', 'another survey is another answer');
select is((select array_agg(survey || ' ' || answers) from trimtab.survey_results()), array['automation 5', 'automation-2026q2 1'], 'counted apart');

-- erased
select test.act_as(:'owner');
select trimtab.erase_user(test.user_of(:'analyst'));
select test.reset();
select is((select count(*) from trimtab.survey_answers where org_id = :'acme' and user_id = test.user_of(:'analyst')), 0::bigint, 'an erased person''s answer is nobody''s');
select is((select count(*) from trimtab.survey_answers where org_id = :'acme' and user_id is null and score = 7 and comment is null), 1::bigint,
  'the score stays, the words go');
select is((select count(*) from trimtab.audit_log where entity_type like 'survey%'), 0::bigint, 'answers are not in the audit log, where managers would read them');
select * from finish();
rollback;
