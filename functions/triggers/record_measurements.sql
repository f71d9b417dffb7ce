create or replace function trimtab.record_measurements(p_rows jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  -- definer: measurements are written through this function only, so that each one is looked at.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
  set lock_timeout to '5s'
as $$
declare
  c_most constant integer := 100000;
  v_org_id uuid := trimtab.require_org('analyst');
  v_now timestamptz := trimtab.clock();
  v_result jsonb;
begin
  if jsonb_typeof(p_rows) is distinct from 'array' or jsonb_array_length(p_rows) > c_most then
    raise exception 'these are no measurements'
      using errcode = 'TT079',
            detail = case when jsonb_typeof(p_rows) = 'array' then format('Found %s rows, allowed: at most %s.', jsonb_array_length(p_rows), c_most)
              else format('Found %s, allowed: a list.', coalesce(jsonb_typeof(p_rows), 'nothing')) end,
            hint = '[{"subject_type": "account", "subject": "instagram", "metric": "followers", "value": 1200, "measured_at": "2026-03-01T12:00:00Z"}]';
  end if;
  perform trimtab.lock_organization(v_org_id);
  with given as materialized (
    select r.place - 1 as index, r.document,
      trimtab.part_faults(r.document, '', '{
        "subject_type": "text!", "subject_id": "uuid", "subject": "text", "metric": "text!", "value": "number!", "measured_at": "text"}')
      || array_remove(array[
        case when r.document ->> 'subject_type' !~ '^[a-z][a-z0-9_]*$'
          then format('subject_type: found %s, allowed: a name in lower case.', left(r.document ->> 'subject_type', 100)) end,
        case when r.document ->> 'subject_type' = 'campaign'
          then 'subject_type: found campaign, allowed: other subjects; campaigns are measured by their facts.' end,
        case when r.document ->> 'metric' !~ '^[a-z][a-z0-9_]*$'
          then format('metric: found %s, allowed: a name in lower case.', left(r.document ->> 'metric', 100)) end,
        case when num_nonnulls(r.document ->> 'subject_id', r.document ->> 'subject') = 0
          then 'subject: found nothing, allowed: a name here, or an id in subject_id.' end,
        -- A few bytes can stand for a hundred thousand digits, with which nothing could be reckoned.
        case when r.document -> 'value' @@ '$ > 1e308 || $ < -1e308 || ($ > -1e-308 && $ < 1e-308 && $ != 0)'
          then 'value: found a number beyond 1e308, or closer to zero than 1e-308, allowed: numbers between.' end,
        case when r.document ->> 'measured_at' !~ '^\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)$'
          then format('measured_at: found %s, allowed: a time with its offset such as 2026-03-01T12:00:00Z.', left(r.document ->> 'measured_at', 100)) end
      ], null) as faults
    from jsonb_array_elements(p_rows) with ordinality r (document, place)
  ), timed as materialized (
    select g.index, g.document, g.faults,
      case when g.faults = '{}'
        then case when g.document ->> 'measured_at' is null then v_now else trimtab.read_time(g.document ->> 'measured_at') end end as measured_at
    from given g
  ), judged as materialized (
    select t.index, t.document, t.measured_at,
      t.faults || case
        when t.faults <> '{}' then '{}'
        when t.measured_at is null then array[format('measured_at: found %s, allowed: a day that there is.', t.document ->> 'measured_at')]
        when t.measured_at > v_now + interval '5 minutes' then array[format('measured_at: found %s, allowed: nothing in the future.', t.document ->> 'measured_at')]
        else '{}'
      end as faults
    from timed t
  ), good as materialized (
    -- Of several for one time the last one counts.
    select distinct on (subject_type, subject_id, metric, measured_at) x.*
    from (
      select j.document ->> 'subject_type' as subject_type,
        coalesce((j.document ->> 'subject_id')::uuid, md5(concat_ws(':', j.document ->> 'subject_type', btrim(j.document ->> 'subject')))::uuid) as subject_id,
        btrim(j.document ->> 'subject') as subject, j.document ->> 'metric' as metric, (j.document ->> 'value')::numeric as value,
        j.measured_at, j.index
      from judged j
      where j.faults = '{}'
    ) x
    order by subject_type, subject_id, metric, measured_at, index desc
  ), stored as (
    insert into trimtab.measurements as m (org_id, subject_type, subject_id, metric, measured_at, value, recorded_at)
    select v_org_id, g.subject_type, g.subject_id, g.metric, g.measured_at, g.value, v_now
    from good g
    on conflict (org_id, subject_type, subject_id, metric, measured_at) do update
    set value = excluded.value, recorded_at = excluded.recorded_at
    where m.value <> excluded.value
    returning m.subject_type, m.subject_id, m.metric, m.measured_at
  ), latest as (
    insert into trimtab.latest_measurements as l (org_id, subject_type, subject_id, metric, subject, measured_at, value, recorded_at)
    select distinct on (g.subject_type, g.subject_id, g.metric)
      v_org_id, g.subject_type, g.subject_id, g.metric, g.subject, g.measured_at, g.value, v_now
    from good g
    order by g.subject_type, g.subject_id, g.metric, g.measured_at desc
    on conflict (org_id, subject_type, subject_id, metric) do update
    set subject = coalesce(excluded.subject, l.subject), measured_at = excluded.measured_at, value = excluded.value,
        recorded_at = excluded.recorded_at
    -- What arrives late never takes the state back.
    where excluded.measured_at > l.measured_at or (excluded.measured_at = l.measured_at and excluded.value <> l.value)
    returning l.subject_type, l.subject_id, l.metric
  ), marked as (
    insert into trimtab.metric_marks (org_id, subject_type, subject_id)
    select distinct v_org_id, l.subject_type, l.subject_id
    from latest l
    where exists (
      select from trimtab.triggers t
      where t.org_id = v_org_id and t.subject_type = l.subject_type and t.metric = l.metric and t.source = 'metric' and t.status = 'active')
  )
  select jsonb_build_object(
    'recorded', (select count(*) from stored),
    'repeated', (select count(*) from judged j where j.faults = '{}') - (select count(*) from stored),
    'refused', (
      select coalesce(jsonb_agg(jsonb_build_object('index', j.index, 'faults', to_jsonb(j.faults)) order by j.index), '[]')
      from judged j
      where j.faults <> '{}'))
    into v_result;
  return v_result;
end
$$;
comment on function trimtab.record_measurements(jsonb) is
  'Records measures of subjects that are no campaigns (role analyst), which triggers may watch: a list of {subject_type, subject_id or subject (a name, from which the id is made), metric, value, measured_at (without it: now)}. What is known already is not written again, another value for the same time corrects it, and what arrives late does not take the latest value back. Good rows are recorded, others returned: {recorded, repeated, refused [{index, faults}]}. Errors: TT001–TT003, TT079 not a list, or more than 100000 rows, 55P03.';
alter function trimtab.record_measurements(jsonb) owner to trimtab_definer;
grant execute on function trimtab.record_measurements(jsonb) to trimtab_user, trimtab_engine;
