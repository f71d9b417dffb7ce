create or replace function trimtab.apply_guardrail_profile(p_code text)
  returns trimtab.guardrails
  language plpgsql
  volatile
  parallel unsafe
  -- definer: changes guardrails of the caller's organization as a whole, the name of the profile included.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
  v_profile trimtab.library;
  v_guardrails trimtab.guardrails;
begin
  select l.* into v_profile
  from trimtab.library l
  where l.kind = 'guardrail_profile' and l.code = lower(btrim(p_code))
  order by l.version desc
  limit 1;
  if not found then
    raise exception 'there is no such profile of guardrails'
      using errcode = 'TT015',
            detail = format('%s is none of %s.', coalesce(p_code, 'null'), (
              select string_agg(distinct l.code, ', ') from trimtab.library l where l.kind = 'guardrail_profile')),
            hint = 'select code, document from trimtab.library where kind = ''guardrail_profile''.';
  end if;
  perform trimtab.lock_organization(v_org_id);
  perform trimtab.create_guardrails(v_org_id);
  -- What the profile does not speak of, the stop switch for one, stays as it is.
  select * into v_guardrails
  from jsonb_populate_record(
    trimtab.guardrails_of(v_org_id),
    (select jsonb_object_agg(f.key, f.value -> 'value') from jsonb_each(v_profile.document -> 'figures') f));
  update trimtab.guardrails g
  set max_facts_age_hours = v_guardrails.max_facts_age_hours,
      min_confidence_percent = v_guardrails.min_confidence_percent,
      cool_off_hours = v_guardrails.cool_off_hours,
      reversal_hours = v_guardrails.reversal_hours,
      budget_cooldown_hours = v_guardrails.budget_cooldown_hours,
      max_budget_step_percent = v_guardrails.max_budget_step_percent,
      max_daily_budget_step_percent = v_guardrails.max_daily_budget_step_percent,
      max_pause_share_percent = v_guardrails.max_pause_share_percent,
      profile = v_profile.code || '@' || v_profile.version
  where g.org_id = v_org_id
  returning g.* into v_guardrails;
  return v_guardrails;
end
$$;
comment on function trimtab.apply_guardrail_profile(text) is
  'Gives the guardrails of the caller''s organization the figures of a profile of the library (conservative, standard, aggressive), in its latest version; the stop switch and spend caps stay. Role admin; audited. Returns the guardrails. Errors: TT001-TT003 context and role, TT015 no such profile.';
alter function trimtab.apply_guardrail_profile(text) owner to trimtab_definer;
grant execute on function trimtab.apply_guardrail_profile(text) to trimtab_user, trimtab_engine;
