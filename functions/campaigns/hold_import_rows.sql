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
    select j.campaign_key, j.day,
           min(j.line_number) as line_number
    from pg_temp.trimtab_import j
    where j.skipped is null
      and j.faults is not null
      and not coalesce(j.is_held, false)
      and j.day is not null
      and coalesce(j.campaign_id::text, j.external_id, j.title) is not null
    group by j.campaign_key, j.day
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
