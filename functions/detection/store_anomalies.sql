create or replace function trimtab.store_anomalies(p_org_id uuid, p_run_at timestamptz)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: nobody else may write anomalies. Callers are the engine and definer functions, which answer for p_org_id.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  -- Two findings no further apart than this are one episode.
  c_gap constant interval := '1 day';
  v_organization trimtab.organizations := trimtab.lock_organization(p_org_id);
  v_zone text := v_organization.time_zone;
  v_day date := (p_run_at at time zone v_zone)::date;
  v_change bigint;
  v_mark trimtab.anomaly_marks;
  v_restated uuid[];
  v_new integer;
begin
  v_change := coalesce((
    select h.number
    from trimtab.campaign_changes h
    where h.org_id = p_org_id
    order by h.created_at desc, h.number desc
    limit 1), 0);
  select m.* into v_mark from trimtab.anomaly_marks m where m.org_id = p_org_id;
  if (v_mark.day, v_mark.last_change) = (v_day, v_change)
     and (
       v_mark.knowledge_revision = v_organization.knowledge_revision
       -- New facts of a day or hour that is not over are not judged yet.
       or not exists (
         select
         from trimtab.campaign_metrics f
         where f.org_id = p_org_id
           and f.known_from > v_mark.knowledge_revision
           and ((f.grain = 'day' and f.day between v_day - 90 and v_day - 1)
             or (f.grain = 'hour' and f.day between v_day - 90 and v_day and f.hour <= p_run_at - interval '1 hour'))))
  then
    update trimtab.anomaly_marks m
    set knowledge_revision = v_organization.knowledge_revision
    where m.org_id = p_org_id and m.knowledge_revision < v_organization.knowledge_revision;
    return 0;
  end if;

  -- Those that stand on facts that were corrected since have to be judged again, each at its own end.
  v_restated := array(
    select a.id
    from trimtab.anomalies a
    where a.org_id = p_org_id
      and a.status <> 'withdrawn'
      and a.facts_revision < v_organization.knowledge_revision
      and a.ends_at > p_run_at - interval '60 days'
      and exists (
        select
        from trimtab.campaign_metrics f
        where f.org_id = p_org_id
          and f.campaign_id = any (
            case
              when a.campaign_id is not null then array[a.campaign_id]
              else array(
                select c.id
                from trimtab.campaigns c
                where c.org_id = p_org_id and (a.platform is null or c.platform = a.platform))
            end)
          and f.grain = case a.window_code when 'last_3_hours' then 'hour' else 'day' end
          and f.day between (a.starts_at at time zone v_zone)::date and ((a.ends_at - interval '1 second') at time zone v_zone)::date
          and f.known_from > a.facts_revision
          and f.known_to is null));

  with judged as materialized (
    select d.*, null::uuid as again
    from trimtab.detect_anomalies(p_org_id, p_run_at) d
    union all
    select d.*, a.id
    from trimtab.anomalies a
    cross join lateral trimtab.detect_anomalies(
      p_org_id, a.ends_at,
      p_campaign_ids => case when a.campaign_id is not null then array[a.campaign_id] end) d
    where a.org_id = p_org_id
      and a.id = any (v_restated)
      and d.campaign_id is not distinct from a.campaign_id
      and d.platform is not distinct from a.platform
      and d.metric = a.metric
      and d.direction = a.direction
      and d.starts_at < a.ends_at
      and d.ends_at > a.starts_at
  ),
  consequences as (
    select j.campaign_id, j.platform, j.window_code = 'last_3_hours' as is_hours, j.explained_by,
           jsonb_agg(j.metric || ':' || j.direction order by j.metric) as also
    from judged j
    where j.again is null and j.explained_by is not null
    group by 1, 2, 3, 4
  ),
  found as materialized (
    select
      j.*, c.also, t.title,
      row_number() over (
        partition by j.campaign_id, j.platform, j.metric, j.direction, j.window_code = 'last_3_hours' order by j.again nulls first, j.score desc) as rank
    from judged j
    left join consequences c
      on c.campaign_id is not distinct from j.campaign_id and c.platform is not distinct from j.platform
      and c.is_hours = (j.window_code = 'last_3_hours') and c.explained_by = j.metric
    left join trimtab.campaigns t on t.org_id = p_org_id and t.id = j.campaign_id
    where j.again is null and j.explained_by is null
  ),
  told as materialized (
    select
      f.*,
      concat(
        case
          when f.campaign_id is not null then format('"%s"', f.title)
          when f.platform is not null then format('The campaigns on %s', f.platform)
          else 'The campaigns'
        end, ': ', replace(f.metric, '_', ' '), ' ',
        coalesce(trim_scale(round(f.found, case when abs(f.found) < 10 then 2 else 0 end))::text, 'without a value'),
        case
          when f.window_code = 'last_3_hours' then format(' from %s to %s on %s', to_char(f.starts_at at time zone v_zone, 'HH24:MI'),
            to_char(f.ends_at at time zone v_zone, 'HH24:MI'), ((f.ends_at - interval '1 hour') at time zone v_zone)::date)
          when f.window_code = 'day' then format(' on %s', f.evidence ->> 'day')
          else format(' from %s to %s', (f.starts_at at time zone v_zone)::date, ((f.ends_at - interval '1 hour') at time zone v_zone)::date)
        end,
        ' where ', trim_scale(round(f.expected, case when abs(f.expected) < 10 then 2 else 0 end)), ' was expected',
        case when f.kind = 'tracking_break' then ': the measurement broke, not the campaigns' end, '.') as description,
      e.id, e.status, e.severity as old_severity,
      e.id is not null and (
        f.ends_at > e.ends_at or f.starts_at < e.starts_at or f.kind <> e.kind
        or trimtab.severity_rank(f.severity) < trimtab.severity_rank(e.severity)
        or (f.window_code = e.window_code and f.found is distinct from e.found)) as is_changed
    from found f
    left join lateral (
      select e.*
      from trimtab.anomalies e
      where e.org_id = p_org_id
        and e.status <> 'withdrawn'
        and e.campaign_id is not distinct from f.campaign_id
        and e.platform is not distinct from f.platform
        and e.metric = f.metric
        and e.direction = f.direction
        and e.ends_at >= f.starts_at - c_gap
        and e.starts_at <= f.ends_at + c_gap
      order by e.ends_at desc
      limit 1
    ) e on true
    where f.rank = 1
  ),
  one_each as materialized (
    -- The hours and the day of one episode meet in one row: the day tells more.
    select t.*, row_number() over (partition by coalesce(t.id::text, concat_ws(' ', t.campaign_id, t.platform, t.metric, t.direction)) order by t.window_code = 'last_3_hours') as turn
    from told t
  ),
  refreshed as (
    update trimtab.anomalies a
    set kind = o.kind, window_code = o.window_code, severity = case when x.is_judged_anew or o.score > a.score then o.severity else a.severity end,
        score = case when x.is_judged_anew then o.score else greatest(a.score, o.score) end, expected = o.expected, found = o.found,
        currency = o.currency, starts_at = least(a.starts_at, o.starts_at), ends_at = greatest(a.ends_at, o.ends_at),
        description = o.description, evidence = o.evidence || jsonb_strip_nulls(jsonb_build_object('also', o.also)),
        facts_revision = o.facts_revision, last_found_at = p_run_at,
        -- One that was acknowledged comes back when it gets graver.
        status = case when x.is_graver then 'open' else a.status end,
        acknowledged_at = case when not x.is_graver then a.acknowledged_at end,
        acknowledged_by = case when not x.is_graver then a.acknowledged_by end,
        acknowledged_by_rule = case when not x.is_graver then a.acknowledged_by_rule end
    from one_each o
    cross join lateral (
      -- An episode is as grave as it was at its worst, unless its facts were corrected.
      select o.id = any (v_restated) as is_judged_anew,
             o.status = 'acknowledged' and trimtab.severity_rank(o.severity) < trimtab.severity_rank(o.old_severity) as is_graver
    ) x
    where a.org_id = p_org_id
      and a.id = o.id
      and o.turn = 1
      and o.is_changed
  ),
  confirmed as (
    update trimtab.anomalies a
    set facts_revision = v_organization.knowledge_revision
    where a.org_id = p_org_id
      and a.id = any (v_restated)
      and a.id in (select j.again from judged j)
      and a.id not in (select o.id from one_each o where o.turn = 1 and o.is_changed)
  ),
  withdrawn as (
    update trimtab.anomalies a
    set status = 'withdrawn', withdrawn_at = p_run_at
    where a.org_id = p_org_id
      and a.id = any (v_restated)
      and a.id not in (select j.again from judged j where j.again is not null)
      and a.id not in (select o.id from one_each o where o.turn = 1 and o.is_changed)
  ),
  opened as (
    insert into trimtab.anomalies (
      org_id, campaign_id, platform, kind, metric, window_code, direction, severity, score, expected, found, currency,
      starts_at, ends_at, description, evidence, facts_revision, detected_at, last_found_at)
    select
      p_org_id, o.campaign_id, o.platform, o.kind, o.metric, o.window_code, o.direction, o.severity, o.score, o.expected, o.found,
      o.currency, o.starts_at, o.ends_at, o.description, o.evidence || jsonb_strip_nulls(jsonb_build_object('also', o.also)),
      o.facts_revision, p_run_at, p_run_at
    from one_each o
    where o.id is null and o.turn = 1
    returning id
  )
  select count(*) into v_new from opened;

  insert into trimtab.anomaly_marks (org_id, looked_at, day, knowledge_revision, last_change)
  values (p_org_id, p_run_at, v_day, v_organization.knowledge_revision, v_change)
  on conflict (org_id) do update
  set looked_at = excluded.looked_at, day = excluded.day, knowledge_revision = excluded.knowledge_revision,
      last_change = excluded.last_change;
  return v_new;
end
$$;
comment on function trimtab.store_anomalies(uuid, timestamptz) is
  'Looks for anomalies of an organization as of p_run_at (detect_anomalies()) and keeps them, one row an episode: found again it is extended, what stood on facts that were corrected is judged again and withdrawn if it no longer holds, an acknowledged one comes back only when it gets graver. Returns the number of new ones. Again on the same day, campaigns and facts of whole days and hours it does not even look (anomaly_marks) and writes nothing. For the engine. Errors: TT004.';
alter function trimtab.store_anomalies(uuid, timestamptz) owner to trimtab_definer;
grant execute on function trimtab.store_anomalies(uuid, timestamptz) to trimtab_engine, trimtab_definer;
