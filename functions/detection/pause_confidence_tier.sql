create or replace function trimtab.pause_confidence_tier(p_roi numeric)
  returns numeric
  language sql
  immutable
  parallel safe
begin atomic
  select case when p_roi < 0.5 then 95 when p_roi is not null then 85 end::numeric;
end;
comment on function trimtab.pause_confidence_tier(numeric) is
  'The step that the first autopilot gave to a pause in place of a probability: 95 for a return below 0.5, else 85; null without a return. For comparison only: decisions use confidence_of().';
grant execute on function trimtab.pause_confidence_tier(numeric) to trimtab_user, trimtab_engine, trimtab_definer;
