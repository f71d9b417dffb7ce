create or replace function trimtab.guardrail_bounds(out name text, out lowest numeric, out highest numeric)
  returns setof record
  language sql
  immutable
  parallel safe
  set search_path to pg_catalog, pg_temp
as $$
  values
    ('max_facts_age_hours', 0.0, 87600.0),
    ('min_confidence_percent', 0, 100),
    ('cool_off_hours', 0, 87600),
    ('reversal_hours', 0, 87600),
    ('budget_cooldown_hours', 0, 87600),
    ('max_budget_step_percent', 0, 1000000),
    ('max_daily_budget_step_percent', 0, 1000000),
    ('max_pause_share_percent', 0, 100)
$$;
comment on function trimtab.guardrail_bounds() is
  'The figures among the guardrails, and from where to where each may be set (max_facts_age_hours: above its lowest). Times reach up to ten years: what is not a number or is infinite bounds nothing.';
grant execute on function trimtab.guardrail_bounds() to trimtab_user, trimtab_engine, trimtab_definer;
