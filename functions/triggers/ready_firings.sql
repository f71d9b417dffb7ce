create or replace function trimtab.ready_firings(p_org_id uuid, p_as_of timestamptz, p_limit integer)
  returns table (
    trigger_id uuid,
    event_ids bigint[],
    first_at timestamptz,
    last_at timestamptz,
    is_suppressed boolean
  )
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  with waiting as (
    select m.trigger_id, min(m.recorded_at) as first_at, max(m.recorded_at) as last_at, count(*) as events
    from trimtab.trigger_matches m
    where m.org_id = p_org_id and m.firing_id is null and m.held_back is null
    group by m.trigger_id
  ), ready as (
    select t.id, w.first_at, w.events,
      -- How many events one firing takes: all of them when it waited for quiet, a batch, or each on its own.
      case when t.debounce_seconds is not null then w.events else coalesce(t.batch_events, 1) end as portion,
      -- What is no whole portion goes once its first event is as old as this.
      coalesce(p_as_of - make_interval(secs => t.batch_seconds), 'infinity') as rest_before,
      case when t.rate_limit_count is not null then greatest(0, t.rate_limit_count - (
        select count(*)
        from trimtab.trigger_firings f
        where f.org_id = p_org_id
          and f.trigger_id = t.id
          and f.status <> 'suppressed'
          and f.fired_at > p_as_of - make_interval(secs => t.rate_limit_seconds))) end as room
    from waiting w
    join trimtab.triggers t on t.org_id = p_org_id and t.id = w.trigger_id and t.status = 'active'
    where case
        when t.debounce_seconds is not null then
          w.last_at <= p_as_of - make_interval(secs => t.debounce_seconds)
          or w.first_at <= p_as_of - make_interval(secs => t.longest_wait_seconds)
        when t.batch_events is not null then
          w.events >= t.batch_events or w.first_at <= p_as_of - make_interval(secs => t.batch_seconds)
        else true
      end
  ), numbered as (
    select r.id, r.room, r.portion, r.rest_before, m.event_id, m.recorded_at,
      (row_number() over (partition by r.id order by m.event_id) - 1) / r.portion as place
    from ready r
    cross join lateral (
      select m.event_id, m.recorded_at
      from trimtab.trigger_matches m
      where m.org_id = p_org_id and m.trigger_id = r.id and m.firing_id is null and m.held_back is null
      order by m.event_id
      -- Over the limit they are let go all at once.
      limit case when r.room is null then p_limit * r.portion end
    ) m
  ), grouped as (
    select n.id, n.place, array_agg(n.event_id order by n.event_id) as event_ids, min(n.recorded_at) as first_at,
      max(n.recorded_at) as last_at, false as is_suppressed
    from numbered n
    where n.room is null or n.place < n.room
    group by n.id, n.place, n.portion, n.rest_before
    having count(*) = n.portion or min(n.recorded_at) <= n.rest_before
    union all
    select n.id, null, array_agg(n.event_id order by n.event_id), min(n.recorded_at), max(n.recorded_at), true
    from numbered n
    where n.place >= n.room
    group by n.id, n.portion, n.rest_before
    having count(*) >= n.portion or min(n.recorded_at) <= n.rest_before
  )
  -- The first of each trigger before the second of any: none waits for one that is flooded.
  select g.id, g.event_ids, g.first_at, g.last_at, g.is_suppressed
  from grouped g
  order by g.is_suppressed, g.place, g.first_at, g.id
  limit p_limit
$$;
comment on function trimtab.ready_firings(uuid, timestamptz, integer) is
  'What triggers of an organization have to be fired with at p_as_of, at most p_limit rows: the events of each firing, by debounce, batch and rate limit; is_suppressed: the events that the rate limit keeps a trigger from firing with. The first firing of each trigger comes before the second of any.';
grant execute on function trimtab.ready_firings(uuid, timestamptz, integer) to trimtab_definer;
