create or replace function trimtab.submit_survey(
  p_score integer,
  p_comment text default null,
  p_survey text default 'automation'
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody may write answers directly, in another's name or twice.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('viewer');
  v_user_id uuid := trimtab.current_user_id();
  v_comment text := nullif(btrim(p_comment), '');
  v_faults text[] := '{}';
  v_id uuid;
begin
  if p_score is null or p_score not between 0 and 10 then
    v_faults := v_faults || format('score: found %s, allowed: 0 (not at all likely to recommend it) to 10.', coalesce(p_score::text, 'nothing'));
  end if;
  if length(v_comment) > 2000 then
    v_faults := v_faults || format('comment: found %s characters, allowed: 2000.', length(v_comment));
  end if;
  if p_survey is null or p_survey !~ '^[a-z0-9][a-z0-9_-]{0,62}$' then
    v_faults := v_faults || format('survey: found %s, allowed: up to 63 lower-case letters, digits, _ and -.', coalesce(quote_literal(p_survey), 'nothing'));
  end if;
  if (select u.is_system from trimtab.users u where u.id = v_user_id) then
    v_faults := v_faults || 'user: found the organization''s system actor, allowed: a person, who answers for themselves.'::text;
  end if;
  if v_faults <> '{}' then
    raise exception 'the answer cannot be taken like this'
      using errcode = 'TT038',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'For example select trimtab.submit_survey(9, ''It watches the weekends.'').';
  end if;

  insert into trimtab.survey_answers (org_id, survey, user_id, score, comment, answered_at)
  values (v_org_id, p_survey, v_user_id, p_score, v_comment, trimtab.clock())
  on conflict (org_id, survey, user_id) do update
  set score = excluded.score, comment = excluded.comment, answered_at = excluded.answered_at
  returning id into v_id;
  return v_id;
end
$$;
comment on function trimtab.submit_survey(integer, text, text) is
  'The caller''s answer to a survey: how likely it is that they recommend the automation, 0 to 10, and why. Answering again replaces the answer; another survey is another code (automation-2026q3). Any member, for themselves only. Returns the answer''s id. Errors: TT001, TT002, TT038 with everything that is wrong.';
alter function trimtab.submit_survey(integer, text, text) owner to trimtab_definer;
grant execute on function trimtab.submit_survey(integer, text, text) to trimtab_user, trimtab_engine;
