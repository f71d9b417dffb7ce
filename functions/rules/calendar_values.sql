create or replace function trimtab.calendar_values(
  p_org_id uuid,
  p_features jsonb[],
  p_campaign_ids uuid[],
  p_as_of timestamptz,
  p_known bigint,
  p_event jsonb
)
  returns table (feature integer, campaign_id uuid, value numeric)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_today date := (select (p_as_of at time zone o.time_zone)::date from trimtab.organizations o where o.org_id = p_org_id);
  v_month date := date_trunc('month', v_today::timestamp)::date;
  v_is_working boolean := extract(isodow from v_today) < 6;
  v_day integer;
  v_days integer;
  v_working_day integer;
  v_working_days integer;
begin
  select extract(day from v_today), count(*),
         count(*) filter (where extract(isodow from d.day) < 6 and d.day <= v_today),
         count(*) filter (where extract(isodow from d.day) < 6)
    into v_day, v_days, v_working_day, v_working_days
  from generate_series(v_month::timestamp, v_month + interval '1 month' - interval '1 day', '1 day') d (day);

  return query
  select f.place::integer, null::uuid,
    case f.entry ->> 'type'
      when 'day_of_month' then f.entry -> 'days' @> to_jsonb(v_day) or f.entry -> 'days' @> to_jsonb(v_day - v_days - 1)
      when 'working_day_of_month' then
        v_is_working and (f.entry -> 'days' @> to_jsonb(v_working_day) or f.entry -> 'days' @> to_jsonb(v_working_day - v_working_days - 1))
    end::integer::numeric
  from unnest(p_features) with ordinality f (entry, place);
end
$$;
comment on function trimtab.calendar_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) is
  'Values of the conditions day_of_month and working_day_of_month (Monday to Friday; holidays are not known): 1 on one of days, else 0, in the organization''s time zone, for every campaign the same. Days count from 1, and from -1 back from the last; of working days a Saturday and a Sunday are none.';
grant execute on function trimtab.calendar_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
