alter table trimtab.survey_answers enable row level security;
alter table trimtab.survey_answers force row level security;

-- Nobody reads who answered what, not even an owner or the engine: people see their own answers, the definer adds them up.
drop policy if exists identities on trimtab.survey_answers;
create policy identities on trimtab.survey_answers to trimtab_owner, trimtab_definer using (true) with check (true);
drop policy if exists tenant_select on trimtab.survey_answers;
create policy tenant_select on trimtab.survey_answers for select to trimtab_user
  using (org_id = (select trimtab.current_org_id()) and user_id = (select trimtab.current_user_id()));

grant select, insert, update on trimtab.survey_answers to trimtab_definer;
grant select on trimtab.survey_answers to trimtab_user;
