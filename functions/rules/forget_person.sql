create or replace function trimtab.forget_person(p_org_id uuid, p_user_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  delete from trimtab.client_addresses a
  where (a.org_id = p_org_id or p_org_id is null) and a.user_id = p_user_id;
  update trimtab.survey_answers s
  set user_id = null, comment = null
  where (s.org_id = p_org_id or p_org_id is null) and s.user_id = p_user_id;
end
$$;
comment on function trimtab.forget_person(uuid, uuid) is
  'Handler of person_erased: an erased person''s network addresses and words go; the scores of their answers stay, nobody''s. Without an organization: in all. For definer functions.';
grant execute on function trimtab.forget_person(uuid, uuid) to trimtab_definer;
