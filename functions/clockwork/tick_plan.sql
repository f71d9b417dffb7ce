create or replace function trimtab.tick_plan(p_lane text default null)
  returns table (
    part text, function text, lane text, scope text, organizations text, every_seconds integer, item_limit integer,
    organization_seconds integer, part_seconds integer, locks boolean, on_failure text, place integer
  )
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select p.part, h.function, o.lane, o.scope, o.organizations, coalesce(o.every_seconds, 0), coalesce(o."limit", 100),
         coalesce(o.organization_seconds, 20), coalesce(o.part_seconds, 30), coalesce(o.locks, false), o.on_failure, h.position
  from trimtab.handlers h
  cross join lateral (select substr(h.function, length('trimtab.tick_') + 1) as part) p
  cross join lateral jsonb_to_record(
    '{"lane": "quick", "scope": "organization"}' || h.options
      -- What an installation wrote there must not stop its clock: what does not fit is left out.
      || coalesce((
        select jsonb_object_agg(w.key, w.value)
        from trimtab.settings s
        cross join lateral jsonb_each(case jsonb_typeof(s.value -> p.part) when 'object' then s.value -> p.part else '{}' end) w
        where s.name = 'tick_parts'
          and case
            when w.key in ('limit', 'organization_seconds', 'part_seconds') then w.value::text ~ '^[1-9][0-9]{0,8}$'
            when w.key = 'every_seconds' then w.value::text ~ '^[0-9]{1,9}$'
            when w.key in ('locks', 'is_off') then jsonb_typeof(w.value) = 'boolean'
            when w.key = 'lane' then w.value in ('"quick"', '"jobs"', '"slow"')
            else jsonb_typeof(w.value) = 'string'
          end), '{}')) as o (
    lane text, scope text, organizations text, every_seconds integer, "limit" integer, organization_seconds integer,
    part_seconds integer, locks boolean, on_failure text, is_off boolean)
  where h.kind = 'tick_part'
    and o.is_off is not true
    and (p_lane is null or o.lane = p_lane)
  order by h.position, h.function
$$;
comment on function trimtab.tick_plan(text) is
  'The parts of the tick (of one lane), in their order: handlers of the kind tick_part with their options, over which the setting tick_parts goes ({"autopilot": {"every_seconds": 7200}}; "is_off": true leaves a part out, what is no value for its option is passed by). lane quick, jobs (what schedules start) or slow: each has sessions of its own, so that what takes its time keeps no quick part waiting. scope organization: function(p_org_id uuid, p_as_of timestamptz, p_limit integer), or system: function(p_as_of timestamptz, p_limit integer); both return how many items they did, and are called again while that is the limit. organizations: function(p_as_of timestamptz) that finds who has something to do; without it all, every every_seconds. organization_seconds, part_seconds: the time that one call, and the part, may take. locks: needs the organization''s lock, and passes by one that is busy. on_failure: function(p_org_id, p_error_code, p_error_message).';
grant execute on function trimtab.tick_plan(text) to trimtab_user, trimtab_engine, trimtab_definer;
