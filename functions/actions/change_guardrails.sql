create or replace function trimtab.change_guardrails(p_figures jsonb)
  returns trimtab.guardrails
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the engine's login may not update guardrails directly; who calls is checked here.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('admin');
  v_guardrails trimtab.guardrails;
  v_faults text[];
begin
  if jsonb_typeof(p_figures) is distinct from 'object' then
    raise exception 'guardrails are given as a JSON object'
      using errcode = 'TT015',
            detail = format('p_figures is %s.', coalesce(jsonb_typeof(p_figures), 'null')),
            hint = 'For example {"max_pause_share_percent": 10}.';
  end if;
  v_faults := array(
    select case
        when k.name is null then format('There is no guardrail %s.', f.key)
        when k.name = 'autopilot_enabled' then format('%s is %s; true and false are allowed.', f.key, f.value)
        else format('%s is %s; a number %s %s to %s is allowed.', f.key, f.value,
          case when k.name = 'max_facts_age_hours' then 'above' else 'from' end, trim_scale(k.lowest), trim_scale(k.highest))
      end
    from jsonb_each(p_figures) f
    left join (
      select 'autopilot_enabled' as name, null::numeric as lowest, null::numeric as highest
      union all
      select b.name, b.lowest, b.highest from trimtab.guardrail_bounds() b
    ) k on k.name = f.key
    where k.name is null
      or case
        when k.name = 'autopilot_enabled' then jsonb_typeof(f.value) <> 'boolean'
        when jsonb_typeof(f.value) <> 'number' then true
        else (f.value #>> '{}')::numeric < k.lowest or (f.value #>> '{}')::numeric > k.highest
          or k.name = 'max_facts_age_hours' and (f.value #>> '{}')::numeric = 0
      end
    order by f.key);
  if v_faults <> '{}' then
    raise exception 'the guardrails cannot be changed like this'
      using errcode = 'TT015',
            detail = array_to_string(v_faults, ' '),
            hint = 'select * from trimtab.guardrails; docs/guardrails.md says what each of them bounds.';
  end if;

  perform trimtab.lock_organization(v_org_id);
  perform trimtab.create_guardrails(v_org_id);
  select * into v_guardrails from jsonb_populate_record(trimtab.guardrails_of(v_org_id), p_figures);
  update trimtab.guardrails g
  set autopilot_enabled = v_guardrails.autopilot_enabled,
      max_facts_age_hours = v_guardrails.max_facts_age_hours,
      min_confidence_percent = v_guardrails.min_confidence_percent,
      cool_off_hours = v_guardrails.cool_off_hours,
      reversal_hours = v_guardrails.reversal_hours,
      budget_cooldown_hours = v_guardrails.budget_cooldown_hours,
      max_budget_step_percent = v_guardrails.max_budget_step_percent,
      max_daily_budget_step_percent = v_guardrails.max_daily_budget_step_percent,
      max_pause_share_percent = v_guardrails.max_pause_share_percent
  where g.org_id = v_org_id
  returning g.* into v_guardrails;
  return v_guardrails;
end
$$;
comment on function trimtab.change_guardrails(jsonb) is
  'Changes single guardrails of the caller''s organization, the stop switch autopilot_enabled among them: {"max_pause_share_percent": 10}. Role admin; audited. Returns the guardrails. Errors: TT001-TT003 context and role, TT015 with everything that is wrong.';
alter function trimtab.change_guardrails(jsonb) owner to trimtab_definer;
grant execute on function trimtab.change_guardrails(jsonb) to trimtab_user, trimtab_engine;
