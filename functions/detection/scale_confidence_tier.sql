create or replace function trimtab.scale_confidence_tier(p_conversions numeric, p_roi numeric)
  returns numeric
  language sql
  immutable
  parallel safe
begin atomic
  select case
    when p_conversions >= 50 and p_roi >= 4 then 95
    when p_conversions >= 20 and p_roi >= 3.5 then 85
    when p_conversions >= 10 and p_roi >= 3 then 75
    when p_conversions is not null and p_roi is not null then 60
  end::numeric;
end;
comment on function trimtab.scale_confidence_tier(numeric, numeric) is
  'The step that the first autopilot gave to a rise of the budget in place of a probability: 95 from 50 conversions and a return of 4, 85 from 20 and 3.5, 75 from 10 and 3, else 60; null when either is unknown. For comparison, and for the multiplier of a suggested budget; decisions use confidence_of().';
grant execute on function trimtab.scale_confidence_tier(numeric, numeric) to trimtab_user, trimtab_engine, trimtab_definer;
