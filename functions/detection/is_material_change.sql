create or replace function trimtab.is_material_change(
  p_severity text,
  p_figures jsonb,
  p_new_severity text,
  p_new_figures jsonb,
  p_only_worse boolean default false
)
  returns boolean
  language sql
  immutable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select case
    when p_only_worse then trimtab.severity_rank(p_new_severity) < trimtab.severity_rank(p_severity)
    else p_new_severity <> p_severity
  end
  or exists (
    -- The figures that carry the judgement; of at_stake more is worse, of all others less.
    select
    from unnest(array['at_stake', 'roas', 'conversion_rate', 'ctr', 'ctr_last', 'value']) as k (name)
    cross join lateral (
      select (p_figures ->> k.name)::numeric as before, (p_new_figures ->> k.name)::numeric as after
    ) f
    where jsonb_typeof(p_figures -> k.name) = 'number'
      and jsonb_typeof(p_new_figures -> k.name) = 'number'
      and case when not p_only_worse then abs(f.after - f.before) > 0.25 * abs(f.before)
        when k.name = 'at_stake' then f.after - f.before > 0.25 * abs(f.before)
        else f.before - f.after > 0.25 * abs(f.before) end
  )
$$;
comment on function trimtab.is_material_change(text, jsonb, text, jsonb, boolean) is
  'Whether an opportunity is materially another than before: its severity differs, or one of the figures that carry the judgement (money at stake, return, rates) by more than a quarter; with p_only_worse only for the worse.';
grant execute on function trimtab.is_material_change(text, jsonb, text, jsonb, boolean) to trimtab_user, trimtab_engine, trimtab_definer;
