create or replace function trimtab.hold_import_rows()
  returns bigint
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_count bigint;
begin
  perform 'PRAGMA:TABLE: trimtab_import (like trimtab.import_row)';
  update pg_temp.trimtab_import i
  set is_held = true,
      faults = jsonb_build_array(jsonb_build_object(
        'column', '', 'field', '', 'value', null,
        'reason', format('line %s, of the same campaign and day, is faulty', w.line_number)))
  from (
    with faulty as materialized (
      select j.campaign_key, j.platform, j.title, j.day, min(j.line_number) as line_number,
             bool_or(j.external_id is null and j.faults @> '[{"field": "external_id"}]') as lost_its_id
      from pg_temp.trimtab_import j
      where j.skipped is null
        and j.faults is not null
        and not coalesce(j.is_held, false)
        and j.day is not null
        and coalesce(j.campaign_id::text, j.external_id, j.title) is not null
      group by j.campaign_key, j.platform, j.title, j.day
    )
    select f.campaign_key, f.day, min(f.line_number) as line_number
    from (
      select f.campaign_key, f.day, f.line_number
      from faulty f
      union all
      -- A row whose id could not be read is still known by its title.
      select n.campaign_key, n.day, f.line_number
      from faulty f
      join pg_temp.trimtab_import n on n.title = f.title and n.day = f.day and n.platform is not distinct from f.platform
      where f.lost_its_id
    ) f
    group by f.campaign_key, f.day
  ) w
  where i.skipped is null
    and i.faults is null
    and i.campaign_key = w.campaign_key
    and i.day = w.day;
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.hold_import_rows() is
  'Holds back the good rows of trimtab_import that share campaign and day with a faulty one, for the sum of a part would pass for the whole; returns how many. For close_import().';
grant execute on function trimtab.hold_import_rows() to trimtab_definer;
