create or replace function trimtab.match_triggers()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: whoever causes an event may not write what waits for triggers.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  -- The plan is made once, for few events, and serves many: events are looked up by hash.
  set enable_nestloop to off
  set enable_mergejoin to off
  set work_mem to '64MB'
  -- Its cost seems immense without nested loops: it would be compiled for seconds.
  set jit to off
as $$
declare
  c_deepest constant integer := 5;
  v_org_ids uuid[];
  v_types text[];
  v_running trimtab.trigger_firings;
  v_is_careful boolean := false;
begin
  -- Kinds of events to which somebody listens.
  select array_agg(k.org_id), array_agg(k.type) into v_org_ids, v_types
  from (select distinct n.org_id, n.type from new_events n) k
  where exists (
    select
    from unnest(trimtab.event_patterns(k.type)) p (pattern)
    cross join lateral (
      select from trimtab.triggers t where t.org_id = k.org_id and t.event_type = p.pattern and t.status = 'active' limit 1
    ) t
  );
  if v_types is null then
    return null;
  end if;
  -- What is written while a trigger is being fired was caused by it.
  select f.* into v_running
  from trimtab.trigger_firings f
  where f.org_id = any (v_org_ids)
    and f.status = 'running'
    and f.transaction_id = pg_current_xact_id_if_assigned()
  limit 1;
  if not found then
    -- So was what a schedule's run does, and by the trigger that asked for it.
    select r.depth, f.chain into v_running.depth, v_running.chain
    from trimtab.job_runs r
    left join trimtab.trigger_firings f
      on r.origin = 'trigger' and f.org_id = r.org_id and f.id = substring(r.origin_key from '^trigger:(\d+)$')::bigint
    where r.org_id = any (v_org_ids)
      and r.transaction_id = pg_current_xact_id_if_assigned()
    limit 1;
  end if;

  loop
    -- The block isolates failures: a condition that raises must not undo what it looks at.
    begin
      with listening as materialized (
        select k.org_id, k.type, t.*
        from unnest(v_org_ids, v_types) k (org_id, type)
        cross join lateral unnest(trimtab.event_patterns(k.type)) p (pattern)
        cross join lateral (
          select t.id, t.source, t.subject_type, t.subject_id, t.condition, t.filter_path, t.filter_operator, t.filter_value,
            case when t.filter_operator in ('>', '>=') then 1 when t.filter_operator in ('<', '<=') then -1 end as sign
          from trimtab.triggers t
          where t.org_id = k.org_id and t.event_type = p.pattern and t.status = 'active'
          offset 0
        ) t
      ), looked_at as materialized (
        -- What the events hold where conditions look first. Within lists a condition looks at each element: these are asked one by one.
        select e.org_id, e.type, e.id, p.filter_path, v.value,
          case when jsonb_typeof(v.value) = 'number' then v.value::numeric end as number,
          'array' in (jsonb_typeof(f.value), jsonb_typeof(v.value)) as is_list
        from (
          select distinct l.org_id, l.type, l.filter_path from listening l where l.filter_path is not null and l.subject_id is null
        ) p
        join new_events e on e.org_id = p.org_id and e.type = p.type
        cross join lateral (select e.payload -> p.filter_path[1] as value offset 0) f
        cross join lateral (
          select case when cardinality(p.filter_path) = 1 then f.value
            when jsonb_typeof(f.value) = 'object' then f.value -> p.filter_path[2]
            when jsonb_typeof(f.value) = 'array' then f.value end as value
        ) v
        where v.value is not null
      ), bounds as materialized (
        -- Of conditions that begin with a comparison: what has to be reached, in order. Below is above with the other sign.
        select l.org_id, l.type, l.filter_path, l.sign, array_agg(v.bound order by v.bound, l.id) as bounds,
               array_agg(l.id order by v.bound, l.id) as trigger_ids
        from listening l
        cross join lateral (select l.sign * l.filter_value::numeric as bound) v
        where l.sign is not null and l.subject_id is null
        group by l.org_id, l.type, l.filter_path, l.sign
      ), reached as materialized (
        select a.org_id, a.type, a.id as event_id, t.trigger_id
        from bounds b
        join looked_at a on a.org_id = b.org_id and a.type = b.type and a.filter_path = b.filter_path
        cross join lateral unnest(b.trigger_ids[1:width_bucket(b.sign * a.number, b.bounds)]) t (trigger_id)
        where not a.is_list
      ), candidates as (
        select l.org_id, l.id as trigger_id, l.subject_type, l.condition, a.id as event_id
        from listening l
        join looked_at a on a.org_id = l.org_id and a.type = l.type and a.filter_path = l.filter_path and a.value = l.filter_value
        where l.filter_operator = '==' and l.subject_id is null and not a.is_list
        union all
        select r.org_id, l.id, l.subject_type, l.condition, r.event_id
        from reached r
        join listening l on l.org_id = r.org_id and l.type = r.type and l.id = r.trigger_id
        union all
        select l.org_id, l.id, l.subject_type, l.condition, a.id
        from listening l
        join looked_at a on a.org_id = l.org_id and a.type = l.type and a.filter_path = l.filter_path
        where l.subject_id is null and a.is_list
      ), paired as (
        select l.id as trigger_id, l.subject_type as wanted, l.condition, e.*
        from listening l
        join new_events e on e.org_id = l.org_id and e.type = l.type
        where l.source = 'event' and l.subject_id is null and l.filter_path is null
        union all
        select c.trigger_id, c.subject_type, c.condition, e.*
        from candidates c
        join new_events e on e.org_id = c.org_id and e.id = c.event_id
        union all
        select l.id, l.subject_type, l.condition, e.*
        from listening l
        join new_events e on e.org_id = l.org_id and e.type = l.type and e.subject_id = l.subject_id
        where l.source = 'event' and l.subject_id is not null
        union all
        -- What a metric's trigger reports is its own only; nobody else writes under that source.
        select l.id, null, null, e.*
        from listening l
        join new_events e on e.org_id = l.org_id and e.type = l.type and e.payload ->> 'trigger_id' = l.id::text
        where l.source = 'metric' and e.source = 'trigger'
      ), matched as (
        select p.org_id, p.trigger_id, p.id, p.recorded_at, coalesce(p.trigger_id = any (v_running.chain), false) as is_own,
          greatest(
            coalesce(v_running.depth, 0),
            case when jsonb_typeof(p.payload #> '{caused_by,depth}') = 'number'
              then least(greatest((p.payload #>> '{caused_by,depth}')::numeric, 0), 1000)::integer end) as depth
        from paired p
        where (p.wanted is null or p.wanted = p.subject_type)
          and (p.condition is null
            or case when v_is_careful then trimtab.condition_holds(p.payload, p.condition) else p.payload @@ p.condition end)
      )
      insert into trimtab.trigger_matches (org_id, trigger_id, event_id, recorded_at, depth, chain, held_back)
      select m.org_id, m.trigger_id, m.id, m.recorded_at, m.depth, v_running.chain,
        case when m.is_own then 'own_event' when m.depth >= c_deepest then 'chain_too_long' end
      from matched m
      on conflict do nothing;
      exit;
    exception
      when serialization_failure or deadlock_detected then
        raise;
      when others then
        if v_is_careful then
          raise;
        end if;
        v_is_careful := true;
    end;
  end loop;
  return null;
end
$$;
comment on function trimtab.match_triggers() is
  'Statement trigger of the journal: puts each new event into the queue of each active trigger of its organization that listens to its type and subject and whose condition holds. A condition that raises is asked again event by event, and does not hold where it cannot be answered. Events of a firing, and of a schedule''s run that it asked for, know which triggers led to them: none of these fires again, and the chain ends after five.';
alter function trimtab.match_triggers() owner to trimtab_definer;
-- keeper: owns the journal.
grant execute on function trimtab.match_triggers() to trimtab_keeper;
create or replace trigger match_triggers after insert on trimtab.events
  referencing new table as new_events for each statement execute function trimtab.match_triggers();
