create or replace function trimtab.preview_trigger(
  p_document jsonb,
  p_since timestamptz default trimtab.clock() - interval '7 days',
  p_limit integer default 1000
)
  returns table (
    event_id bigint,
    recorded_at timestamptz,
    type text,
    subject_type text,
    subject_id uuid,
    payload jsonb
  )
  language plpgsql
  stable
  parallel restricted
  -- definer: asks what the targets of the installation make of the document; reads the caller's journal only.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_org_id uuid := trimtab.require_org('viewer');
  v_trigger trimtab.triggers;
  v_compiled record;
  v_faults text[];
begin
  select c.compiled, c.faults into v_compiled from trimtab.compile_trigger(v_org_id, p_document) c;
  v_trigger := v_compiled.compiled;
  v_faults := v_compiled.faults;
  if v_trigger.source = 'metric' then
    v_faults := array['metric: found a metric, allowed: an event; the journal does not tell how a metric went.'];
  end if;
  if v_faults <> '{}' then
    raise exception 'the trigger cannot be previewed (faults: %)', cardinality(v_faults)
      using errcode = 'TT077',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'select * from trimtab.preview_trigger(''{"name": "…", "event": {"type": "mention.received"}, "target": {"type": "alert"}}'').';
  end if;
  return query
  select e.id, e.recorded_at, e.type, e.subject_type, e.subject_id, e.payload
  from trimtab.events e
  where e.org_id = v_org_id
    and e.recorded_at >= p_since
    and (e.type = v_trigger.event_type
      or (v_trigger.event_type like '%.*' and starts_with(e.type, left(v_trigger.event_type, -1))))
    and (v_trigger.subject_type is null or e.subject_type = v_trigger.subject_type)
    and (v_trigger.subject_id is null or e.subject_id = v_trigger.subject_id)
    and trimtab.condition_holds(e.payload, v_trigger.condition)
  order by e.recorded_at desc, e.id desc
  limit least(greatest(p_limit, 0), 10000);
end
$$;
comment on function trimtab.preview_trigger(jsonb, timestamptz, integer) is
  'Which events of the journal since p_since would have matched a trigger, the latest first, at most p_limit (role viewer). Nothing is saved or fired; rate limit, debounce and batch are not applied. Errors: TT001–TT003, TT077 not valid, or one that watches a metric.';
alter function trimtab.preview_trigger(jsonb, timestamptz, integer) owner to trimtab_definer;
grant execute on function trimtab.preview_trigger(jsonb, timestamptz, integer) to trimtab_user, trimtab_engine;
