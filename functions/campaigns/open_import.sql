create or replace function trimtab.open_import(
  p_org_id uuid,
  p_file_name text,
  p_format text,
  p_options jsonb default '{}',
  p_file_sha256 text default null
)
  returns uuid
  language plpgsql
  volatile
  parallel unsafe
  -- definer: the table of rows belongs to trimtab_definer, so that the caller can put no view, trigger or policy in its
  -- place, and no caller may write import_batches.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_options jsonb := coalesce(p_options, '{}');
  v_faults text[];
  v_batch_id uuid;
begin
  perform 'PRAGMA:TABLE: trimtab_import (like trimtab.import_row)';
  v_faults := array_remove(array[
    case when coalesce(btrim(p_file_name), '') = '' then 'No file name.' end,
    case when coalesce(btrim(p_format), '') = '' then 'No format.' end,
    case when jsonb_typeof(v_options) <> 'object' then 'The options are no JSON object.' end
  ], null);
  if v_faults = '{}' then
    select array_agg(fault order by fault) into v_faults
    from (
      select format('Unknown option %s.', o.key) as fault
      from jsonb_object_keys(v_options) as o (key)
      where o.key not in ('measures', 'duplicates', 'totals', 'headings', 'retry_of', 'mapping', 'reading')
      union all
      select format('Option measures: %s is no measure.', m.value)
      from jsonb_array_elements_text(
        case jsonb_typeof(v_options -> 'measures') when 'array' then v_options -> 'measures' else '[]' end) as m (value)
      where m.value not in (
        'impressions', 'clicks', 'spend', 'conversions', 'revenue', 'reach', 'frequency', 'likes', 'shares', 'comments')
      union all
      select 'Option measures is no list.' where jsonb_typeof(v_options -> 'measures') <> 'array'
      union all
      select format('Option duplicates is %s; sum or quarantine is allowed.', v_options -> 'duplicates')
      where v_options ->> 'duplicates' not in ('sum', 'quarantine')
      union all
      select 'Option totals is neither true nor false.' where jsonb_typeof(v_options -> 'totals') <> 'boolean'
      union all
      select 'Option headings is no object.' where jsonb_typeof(v_options -> 'headings') <> 'object'
      union all
      select format('Option retry_of: there is no import %s.', v_options ->> 'retry_of')
      where v_options ? 'retry_of'
        and not exists (
          select from trimtab.import_batches b
          where b.org_id = p_org_id and b.id::text = v_options ->> 'retry_of')
    ) as f;
  end if;
  if v_faults <> '{}' then
    raise exception 'the import cannot begin like this'
      using errcode = 'TT020',
            detail = array_to_string(v_faults, ' '),
            hint = 'The options are described in docs/import.md.';
  end if;
  if to_regclass('pg_temp.trimtab_import') is not null then
    raise exception 'there is a table trimtab_import in this session already'
      using errcode = 'TT020',
            detail = 'An import that was begun in this transaction is not finished, or somebody made a table of that name.',
            hint = 'Call finish_import() first, or drop the table.';
  end if;

  create temporary table trimtab_import (like trimtab.import_row) on commit drop;
  alter table pg_temp.trimtab_import
    drop column campaign_key,
    add column campaign_key text collate "C" generated always as (
      coalesce(
        campaign_id::text,
        coalesce(platform, '') || e'\x1f' || coalesce(external_id, '') || e'\x1f' || coalesce(title, ''))
    ) stored;
  -- To everybody: nobody but this session sees the table, and the roles it may work as are its own affair.
  grant insert on pg_temp.trimtab_import to public;

  insert into trimtab.import_batches (org_id, file_name, file_sha256, format, options, created_by, login, created_at)
  values (
    p_org_id, btrim(p_file_name), p_file_sha256, btrim(p_format), v_options,
    trimtab.current_user_id(), session_user, trimtab.clock())
  returning id into v_batch_id;
  return v_batch_id;
end
$$;
comment on function trimtab.open_import(uuid, text, text, jsonb, text) is
  'What begin_import() does, for an organization that is known. Returns the batch''s id. For the system''s own functions. Errors: TT020.';
alter function trimtab.open_import(uuid, text, text, jsonb, text) owner to trimtab_definer;
