create or replace function trimtab.watch_organization(p_org_id uuid)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: writes alerts and events that nobody asked for.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_now timestamptz := trimtab.clock();
begin
  if p_org_id is distinct from trimtab.require_org('manager') then
    raise exception 'an organization is watched from within only'
      using errcode = 'TT004',
            detail = format('%s is not the organization of the session.', coalesce(p_org_id::text, 'null')),
            hint = 'Give trimtab.current_org_id().';
  end if;
  perform trimtab.lock_organization(p_org_id);
  return (
    with news as materialized (
      -- An hour that was missed is made up for: what was told before is known by its key.
      select p.*,
             trimtab.emit_event(p_org_id, 'security.suspicious_pattern',
               p.evidence || jsonb_build_object('pattern', p.pattern, 'severity', p.severity, 'title', p.title, 'message', p.message),
               'organization', p_org_id, p_dedupe_key => 'watch:' || p.key) as event_id
      from trimtab.suspicious_patterns(p_org_id, v_now - interval '25 hours', v_now) p
    )
    select count(trimtab.create_alert(
             p_org_id => p_org_id, p_title => n.title, p_message => n.message, p_severity => n.severity, p_source => 'watch',
             p_assignee => 'role:admin', p_evidence => n.evidence || jsonb_build_object('pattern', n.pattern),
             p_dedupe_key => 'watch:' || n.key))
    from news n
    where n.event_id is not null
  );
end
$$;
comment on function trimtab.watch_organization(uuid) is
  'Raises an alert to the admins, and an event security.suspicious_pattern, for each of the suspicious_patterns() of the last 25 hours that was not told before. For the organization of the context: by the hourly job, or a manager. Returns how many. Errors: TT001–TT004.';
alter function trimtab.watch_organization(uuid) owner to trimtab_definer;
grant execute on function trimtab.watch_organization(uuid) to trimtab_user, trimtab_engine;
