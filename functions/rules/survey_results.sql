create or replace function trimtab.survey_results(p_survey text default null)
  returns table (
    survey text,
    answers bigint,
    promoters bigint,
    passives bigint,
    detractors bigint,
    net_promoter_score numeric,
    comments text[]
  )
  language plpgsql
  stable
  parallel safe
  -- definer: adds up answers that the caller may not read one by one.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_org_id uuid := trimtab.require_org('viewer');
  v_least integer := (select (s.value #>> '{}')::integer from trimtab.settings s where s.name = 'survey_least_answers');
  v_may_read boolean := (select trimtab.role_rank(c.role) >= trimtab.role_rank('manager') from trimtab.session_context() c);
begin
  return query
  select
    a.survey, count(*),
    case when t.is_told then count(*) filter (where a.score >= 9) end,
    case when t.is_told then count(*) filter (where a.score in (7, 8)) end,
    case when t.is_told then count(*) filter (where a.score <= 6) end,
    case when t.is_told
      then round(100.0 * (count(*) filter (where a.score >= 9) - count(*) filter (where a.score <= 6)) / count(*), 1)
    end,
    -- In the order of the alphabet: when something was said would say who said it.
    case when t.is_told and v_may_read then array_agg(a.comment order by a.comment) filter (where a.comment is not null) end
  from trimtab.survey_answers a
  cross join lateral (
    select count(*) >= v_least as is_told
    from trimtab.survey_answers x
    where x.org_id = v_org_id and x.survey = a.survey
  ) t
  where a.org_id = v_org_id
    and (p_survey is null or a.survey = p_survey)
  group by a.survey, t.is_told
  order by a.survey;
end
$$;
comment on function trimtab.survey_results(text) is
  'Results of one or all surveys of the caller''s organization: answers, promoters (9, 10), passives (7, 8), detractors (0 to 6), net promoter score = percent of promoters minus percent of detractors (-100 to 100, one decimal; after Reichheld, The One Number You Need to Grow, HBR 12/2003), and for managers the comments, in alphabetical order. All but the number of answers is null while there are fewer than the setting survey_least_answers, so that nobody''s answer can be told. Any member. Errors: TT001, TT002.';
alter function trimtab.survey_results(text) owner to trimtab_definer;
grant execute on function trimtab.survey_results(text) to trimtab_user, trimtab_engine;
