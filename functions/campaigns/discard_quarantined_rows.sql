create or replace function trimtab.discard_quarantined_rows(p_ids bigint[], p_reason text default null)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: no caller may write quarantined_rows.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
  v_now timestamptz := trimtab.clock();
  v_user_id uuid := trimtab.current_user_id();
  v_unknown bigint[];
  v_count integer;
begin
  v_unknown := array(
    select w.id
    from unnest(p_ids) as w (id)
    where not exists (
      select from trimtab.quarantined_rows q
      where q.org_id = v_org_id and q.id = w.id and q.status = 'open')
    order by w.id);
  if v_unknown <> '{}' then
    raise exception 'there is no open row % in quarantine', v_unknown[1]
      using errcode = 'TT021',
            detail = 'Not open: ' || array_to_string(v_unknown, ', ') || '.',
            hint = 'select id, line_number, faults from trimtab.quarantined_rows where status = ''open''.';
  end if;
  update trimtab.quarantined_rows q
  set status = 'discarded', resolved_by = v_user_id, resolved_at = v_now
  where q.org_id = v_org_id and q.id = any (p_ids) and q.status = 'open';
  get diagnostics v_count = row_count;
  insert into trimtab.audit_log (org_id, occurred_at, user_id, login, action, entity_type, entity_id, new_values)
  select v_org_id, v_now, v_user_id, session_user, 'quarantine.discarded', 'import_batch', q.batch_id,
         jsonb_build_object('rows', jsonb_agg(q.id order by q.id), 'reason', p_reason)
  from trimtab.quarantined_rows q
  where q.org_id = v_org_id and q.id = any (p_ids)
  group by q.batch_id;
  return v_count;
end
$$;
comment on function trimtab.discard_quarantined_rows(bigint[], text) is
  'Gives up open rows of the quarantine; returns how many. The rows stay for the record. Good rows that were held back with them go in with the next retry of their import. Needs the role analyst. Errors: TT021 when one of them is not open, and then none is given up.';
alter function trimtab.discard_quarantined_rows(bigint[], text) owner to trimtab_definer;
grant execute on function trimtab.discard_quarantined_rows(bigint[], text) to trimtab_user, trimtab_engine;
