create or replace function trimtab.latest_event(p_org_id uuid, p_type text, p_as_of timestamptz default trimtab.clock())
  returns jsonb
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select trimtab.event_document(e)
  from trimtab.events e
  where e.org_id = p_org_id
    and e.type = p_type
    and e.recorded_at <= p_as_of
  order by e.recorded_at desc, e.id desc
  limit 1
$$;
comment on function trimtab.latest_event(uuid, text, timestamptz) is
  'The latest event of a type in the organization''s journal at p_as_of, as rules judge it: {id, type, occurred_at, subject_type, subject_id, payload}; null when there is none.';
grant execute on function trimtab.latest_event(uuid, text, timestamptz) to trimtab_user, trimtab_engine, trimtab_definer;
