create or replace function trimtab.detection_limits()
  returns jsonb
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select jsonb_build_object(
    'min_probability', 0.8,
    'low_conversion_ratio', 0.5,
    'low_conversion_min_clicks', 100,
    'high_traffic_min_clicks', 200,
    'high_traffic_rate_percent', 2,
    'decline_ratio', 0.7,
    'decline_min_impressions', 1000,
    'inefficiency_roi', 1,
    'inefficiency_min_spend', 50,
    'mismatch_ratio', 0.5,
    'mismatch_min_share', 0.1,
    'fatigue_ratio', 0.8,
    'fatigue_min_days', 14,
    'fatigue_min_clicks', 50,
    'timing_ratio', 0.5,
    'timing_min_share', 0.1)
    || coalesce((select s.value from trimtab.settings s where s.name = 'detection_limits'), '{}')
$$;
comment on function trimtab.detection_limits() is
  'Where the detectors of opportunities draw their lines, as {name: number}: the defaults below, overridden by what the setting detection_limits holds. docs/detection says what each one does.';
grant execute on function trimtab.detection_limits() to trimtab_user, trimtab_engine, trimtab_definer;
