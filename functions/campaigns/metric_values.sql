create or replace function trimtab.metric_values(
  p_org_id uuid,
  p_metrics text[],
  p_windows text[],
  p_compares text[],
  p_campaign_ids uuid[] default null,
  p_as_of timestamptz default trimtab.clock(),
  p_known bigint default null
)
  returns table (place integer, campaign_id uuid, value numeric)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  c_weeks constant integer := 4;
  v_time_zone text;
  v_today date;
  v_spans text[];
  v_compares text[];
  v_windows trimtab.signal_window[];
begin
  select o.time_zone, (p_as_of at time zone o.time_zone)::date into v_time_zone, v_today
  from trimtab.organizations o
  where o.org_id = p_org_id;

  -- What the catalogue does not have is computed for all metrics at once, every window once.
  select array_agg(n.code order by n.code, n.compare), array_agg(n.compare order by n.code, n.compare)
    into v_spans, v_compares
  from (
    select distinct a.code, a.compare
    from unnest(p_windows, p_compares) a (code, compare)
    where a.code is not null
      and not (a.compare is null and exists (select from trimtab.metric_windows w where w.code = a.code))
  ) n;
  select array_agg(row(s.position, u.unit, u.first_unit, u.last_unit)::trimtab.signal_window)
    into v_windows
  from unnest(v_spans, v_compares) with ordinality s (code, compare, position)
  cross join lateral trimtab.window_stretches(s.code, v_today, s.compare) u;

  return query
  with asked as (
    select a.place::integer as place, m.code as metric, m.aggregate, m.position, a.code, a.compare, s.position as span,
           case a.metric
             when 'budget' then -7 when 'daily_budget' then -8 when 'bid' then -9
             else case when m.aggregate = 'live' or a.compare is null then trimtab.signal_position(a.metric, a.code) end
           end as signal_position
    from unnest(p_metrics, p_windows, p_compares) with ordinality a (metric, code, compare, place)
    left join trimtab.metrics named on named.code = a.metric
    left join trimtab.metrics m on m.code = coalesce(named.same_as, named.code)
    left join unnest(v_spans, v_compares) with ordinality s (code, compare, position)
      on s.code = a.code and s.compare is not distinct from a.compare
  ), subjects as materialized (
    select s.campaign_id, s.signals, s.live, s.first_day
    from trimtab.subjects_at(p_org_id, p_as_of, p_known, p_campaign_ids) s
  ), extents as (
    -- Windows that have stretches: their places among those computed, and the day before which a campaign must have begun.
    select w.position, row_number() over (order by w.position)::integer as place, count(*) over ()::integer as count,
           min(case w.unit when 'day' then v_today - w.first_unit
             else ((date_trunc('hour', p_as_of, v_time_zone) - w.first_unit * interval '1 hour') at time zone v_time_zone)::date end) as begins
    from unnest(v_windows) w
    group by w.position
  ), computed as materialized (
    select c.campaign_id, c.signals
    from trimtab.compute_window_signals(p_org_id, v_windows, p_campaign_ids, p_as_of, p_known) c
    where v_windows is not null
  )
  select a.place, s.campaign_id,
    case when a.signal_position > 0 then s.signals[a.signal_position] else s.live[-a.signal_position] end
  from asked a
  cross join subjects s
  where a.signal_position is not null
  union all
  select a.place, s.campaign_id,
    case
      when a.compare is distinct from 'same_weekdays' then c.signals[(a.position - 1) * e.count + e.place]
      -- Without four whole weeks there is nothing to compare with.
      when s.first_day <= e.begins then
        c.signals[(a.position - 1) * e.count + e.place] / case a.aggregate when 'sum' then c_weeks else 1 end
    end
  from asked a
  join extents e on e.position = a.span
  cross join subjects s
  join computed c on c.campaign_id = s.campaign_id
  where a.signal_position is null;
end
$$;
comment on function trimtab.metric_values(uuid, text[], text[], text[], uuid[], timestamptz, bigint) is
  'Values of metrics, for campaigns of an organization (null: all): the arrays run in parallel, a row for each place (from 1) and campaign. Metrics of the catalogue and budget, daily_budget, bid (organization''s currency; these and live metrics take no window); windows and compares as for window_stretches(). With same_weekdays sums are a week''s mean (a quarter of the four weeks), ratios are pooled, and a campaign whose first fact came later has none. A missing row is an unknown value. Errors: as compute_signals().';
grant execute on function trimtab.metric_values(uuid, text[], text[], text[], uuid[], timestamptz, bigint) to trimtab_user, trimtab_engine, trimtab_definer;
