create or replace function trimtab.metric_observations(
  p_org_id uuid,
  p_trigger_ids uuid[],
  p_subject_ids uuid[],
  p_as_of timestamptz
)
  returns table (trigger_id uuid, subject_id uuid, subject text, value numeric)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
#variable_conflict use_column
declare
  v_metrics text[];
  v_windows text[];
  v_campaigns uuid[];
begin
  -- Each metric and window is asked once, however many triggers watch it.
  select array_agg(d.metric order by d.metric, d.metric_window), array_agg(d.metric_window order by d.metric, d.metric_window)
    into v_metrics, v_windows
  from (
    select distinct t.metric, t.metric_window
    from trimtab.triggers t
    where t.org_id = p_org_id and t.id = any (p_trigger_ids) and t.source = 'metric' and t.subject_type = 'campaign'
  ) d;
  if v_metrics is not null then
    if p_subject_ids is not null then
      v_campaigns := array(select c.id from trimtab.campaigns c where c.org_id = p_org_id and c.id = any (p_subject_ids));
    end if;
    if v_campaigns is null or v_campaigns <> '{}' then
      return query
      select t.id, v.campaign_id, c.title, v.value
      from trimtab.metric_values(
        p_org_id, v_metrics, v_windows, array_fill(null::text, array[cardinality(v_metrics)]), v_campaigns, p_as_of) v
      join trimtab.triggers t
        on t.org_id = p_org_id and t.id = any (p_trigger_ids) and t.source = 'metric' and t.subject_type = 'campaign'
        and t.metric = v_metrics[v.place] and t.metric_window is not distinct from v_windows[v.place]
        and (t.subject_id is null or t.subject_id = v.campaign_id)
      join trimtab.campaigns c on c.org_id = p_org_id and c.id = v.campaign_id
      where v.value is not null;
    end if;
  end if;
  return query
  select t.id, m.subject_id, m.subject, m.value
  from trimtab.triggers t
  join trimtab.latest_measurements m
    on m.org_id = p_org_id and m.subject_type = t.subject_type and m.metric = t.metric
    and (t.subject_id is null or t.subject_id = m.subject_id)
  where t.org_id = p_org_id
    and t.id = any (p_trigger_ids)
    and t.source = 'metric'
    and t.subject_type <> 'campaign'
    and (p_subject_ids is null or m.subject_id = any (p_subject_ids));
end
$$;
comment on function trimtab.metric_observations(uuid, uuid[], uuid[], timestamptz) is
  'What triggers that watch a metric see now: a row for each of these triggers and each of these subjects (null: all) whose value is known. Campaigns by their signals, other subjects by their latest measurement. Errors: as compute_signals().';
grant execute on function trimtab.metric_observations(uuid, uuid[], uuid[], timestamptz) to trimtab_definer;
