create or replace function trimtab.correct_quarantined_row(p_id bigint, p_values jsonb)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  -- definer: no caller may write quarantined_rows.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
  v_row trimtab.quarantined_rows;
  v_known text[];
  v_unknown text[];
begin
  select q.* into v_row
  from trimtab.quarantined_rows q
  where q.org_id = v_org_id and q.id = p_id and q.status = 'open'
  for no key update;
  if v_row.id is null then
    raise exception 'there is no open row % in quarantine', p_id
      using errcode = 'TT021',
            detail = 'The row does not exist, was resolved or was discarded.',
            hint = 'select id, line_number, faults from trimtab.quarantined_rows where status = ''open''.';
  end if;
  if jsonb_typeof(p_values) is distinct from 'object' or p_values = '{}' then
    raise exception 'no values to put right'
      using errcode = 'TT020', detail = coalesce(p_values::text, 'null'), hint = 'Give a JSON object: column to value.';
  end if;
  if v_row.is_typed then
    v_known := array(
      select a.attname::text
      from pg_attribute a
      where a.attrelid = 'trimtab.import_row'::regclass and a.attnum > 0
        and a.attname not in ('line_number', 'quarantined_id', 'skipped', 'faults', 'raw', 'is_held', 'campaign_key'));
  else
    v_known := array(
      select jsonb_array_elements_text(b.options #> '{reading,headings}')
      from trimtab.import_batches b
      where b.org_id = v_org_id and b.id = v_row.batch_id
        and jsonb_typeof(b.options #> '{reading,headings}') = 'array'
      union
      select jsonb_object_keys(v_row.raw));
  end if;
  v_unknown := array(select k from jsonb_object_keys(p_values) as k where k <> all (v_known) order by k);
  if v_unknown <> '{}' then
    raise exception 'the row has no column %', v_unknown[1]
      using errcode = 'TT020',
            detail = 'Unknown: ' || array_to_string(v_unknown, ', ') || '.',
            hint = 'Its columns are ' || array_to_string(v_known, ', ') || '.';
  end if;

  update trimtab.quarantined_rows q
  set corrected = coalesce(q.corrected, '{}') || p_values
  where q.org_id = v_org_id and q.id = p_id;
  insert into trimtab.audit_log (org_id, occurred_at, user_id, login, action, entity_type, entity_id, new_values)
  values (
    v_org_id, trimtab.clock(), trimtab.current_user_id(), session_user, 'quarantine.corrected', 'import_batch',
    v_row.batch_id, jsonb_build_object('row', p_id, 'line_number', v_row.line_number, 'values', p_values));
end
$$;
comment on function trimtab.correct_quarantined_row(bigint, jsonb) is
  'Notes what columns of an open quarantined row should have said (column to value, both as the file would have them); a retry reads the row so. What the file said is kept. Needs the role analyst. Errors: TT020 no such column, TT021 no such open row.';
alter function trimtab.correct_quarantined_row(bigint, jsonb) owner to trimtab_definer;
grant execute on function trimtab.correct_quarantined_row(bigint, jsonb) to trimtab_user, trimtab_engine;
