create or replace function trimtab.judge_metric_triggers(
  p_org_id uuid,
  p_trigger_ids uuid[],
  p_subject_ids uuid[],
  p_as_of timestamptz,
  p_is_baseline boolean default false
)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  c_most_milestones constant integer := 100;
  v_fired integer;
begin
  with observed as materialized (
    select o.trigger_id, o.subject_id, o.subject, o.value
    from trimtab.metric_observations(p_org_id, p_trigger_ids, p_subject_ids, p_as_of) o
  ), compared as materialized (
    select o.trigger_id, o.subject_id, o.subject, o.value,
      t.name, t.test, t.subject_type, t.metric, t.metric_window, t.operator, t.level as threshold, t.hysteresis, t.change_amount,
      t.is_percent, t.direction, t.since, t.milestone_every, t.milestone_levels,
      s.trigger_id is not null as is_known, s.value as previous, s.base, s.fired_at, coalesce(s.is_armed, true) as was_armed,
      -- Threshold: holds, and has fallen back far enough to be armed again. Between the two it stays as it was.
      case t.operator
        when '>' then o.value > t.level when '>=' then o.value >= t.level
        when '<' then o.value < t.level when '<=' then o.value <= t.level end as holds,
      case t.operator
        when '>' then o.value <= t.level - t.hysteresis when '>=' then o.value < t.level - t.hysteresis
        when '<' then o.value >= t.level + t.hysteresis when '<=' then o.value > t.level + t.hysteresis end as fell_back,
      case t.since when 'previous' then s.value else s.base end as counted_from,
      -- Milestone: the highest one reached, and the highest one reached before.
      case t.test when 'milestone' then
        coalesce(s.level, case when t.milestone_every is not null then 0 else numeric '-Infinity' end) end as level_before,
      case when t.milestone_every is not null then greatest(floor(o.value / t.milestone_every) * t.milestone_every, 0)
        when t.test = 'milestone' then
          coalesce((select max(l.level) from unnest(t.milestone_levels) l (level) where l.level <= o.value), numeric '-Infinity') end as reached
    from observed o
    join trimtab.triggers t on t.org_id = p_org_id and t.id = o.trigger_id
    left join trimtab.trigger_states s on s.org_id = p_org_id and s.trigger_id = o.trigger_id and s.subject_id = o.subject_id
  ), changed as (
    select c.*, c.value - c.counted_from as difference,
      round(100 * (c.value - c.counted_from) / nullif(abs(c.counted_from), 0), 4) as difference_percent
    from compared c
  ), judged as materialized (
    select c.*,
      not p_is_baseline and coalesce(case c.test
        when 'threshold' then c.holds and c.was_armed
        when 'change' then c.is_known
          and abs(case when c.is_percent then c.difference_percent else c.difference end) >= c.change_amount
          and (c.direction = 'either' or (c.direction = 'up') = (c.difference > 0))
        when 'milestone' then c.reached > c.level_before
      end, false) as fires
    from changed c
  ), stored as (
    insert into trimtab.trigger_states as s (org_id, trigger_id, subject_id, value, base, is_armed, level, seen_at, fired_at)
    select p_org_id, j.trigger_id, j.subject_id, j.value,
      case when j.test = 'change' then
        -- A change in percent of nothing is none: counting begins with the first value that is something.
        case when not j.is_known or j.fires or (j.is_percent and j.base = 0) then j.value else j.base end end,
      case when j.test <> 'threshold' then true when j.holds then false when j.fell_back then true else j.was_armed end,
      case when j.test = 'milestone' then greatest(j.level_before, j.reached) end,
      p_as_of, case when j.fires then p_as_of end
    from judged j
    where j.fires or not j.is_known or j.value is distinct from j.previous
    on conflict (org_id, trigger_id, subject_id) do update
    set value = excluded.value, base = excluded.base, is_armed = excluded.is_armed, level = excluded.level,
        seen_at = excluded.seen_at, fired_at = coalesce(excluded.fired_at, s.fired_at)
  )
  insert into trimtab.events (org_id, recorded_at, occurred_at, type, subject_type, subject_id, payload, source)
  select p_org_id, p_as_of, p_as_of,
    case j.test when 'threshold' then 'metric.threshold_reached' when 'change' then 'metric.changed' else 'metric.milestone_reached' end,
    j.subject_type, j.subject_id,
    jsonb_strip_nulls(jsonb_build_object(
      'trigger_id', j.trigger_id, 'trigger', j.name, 'subject', j.subject,
      'campaign_id', case when j.subject_type = 'campaign' then j.subject_id end,
      'metric', j.metric, 'window', j.metric_window, 'value', j.value, 'previous', j.previous)
      || case j.test
        when 'threshold' then jsonb_build_object('operator', j.operator, 'threshold', j.threshold)
        when 'change' then jsonb_build_object('since', j.since, 'counted_from', j.counted_from,
          'change', j.difference, 'change_percent', j.difference_percent)
        else jsonb_build_object('milestone', j.reached) || (
          -- Several crossed at once are one event that says so; of very many it names the last hundred.
          select jsonb_build_object('milestones', jsonb_agg(m.milestone order by m.milestone), 'crossed', max(m.crossed))
          from (
            select l.level as milestone, count(*) over () as crossed, row_number() over (order by l.level desc) as place
            from unnest(j.milestone_levels) l (level)
            where l.level > j.level_before and l.level <= j.reached
            union all
            select j.reached - n * j.milestone_every, round((j.reached - j.level_before) / j.milestone_every), n + 1
            from generate_series(0, least((j.reached - j.level_before) / j.milestone_every, c_most_milestones) - 1) n
            where j.milestone_every is not null
          ) m
          where m.place <= c_most_milestones)
      end),
    'trigger'
  from judged j
  where j.fires
  order by j.name, j.subject, j.subject_id;
  get diagnostics v_fired = row_count;
  return v_fired;
end
$$;
comment on function trimtab.judge_metric_triggers(uuid, uuid[], uuid[], timestamptz, boolean) is
  'Compares what triggers that watch a metric see of these subjects (null: all) with what they knew, remembers it, and writes an event for each that fires (metric.threshold_reached, metric.changed, metric.milestone_reached); returns how many. A threshold fires when it is reached and not again before the value fell back; a change when it is large enough against the last firing or the previous value; a milestone once, several at once as one. A subject that is new counts from nothing for thresholds and milestones. p_is_baseline: only remember. For the system''s own functions, under the organization''s lock. Errors: as compute_signals().';
grant execute on function trimtab.judge_metric_triggers(uuid, uuid[], uuid[], timestamptz, boolean) to trimtab_definer;
