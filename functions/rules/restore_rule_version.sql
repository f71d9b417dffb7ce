create or replace function trimtab.restore_rule_version(p_rule_id uuid, p_version integer, p_reason text default null)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: takes the organization's lock, so that of two changes at once none is lost.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('analyst');
  v_rule trimtab.automation_rules;
  v_document jsonb;
begin
  perform trimtab.lock_organization(v_org_id);
  v_rule := trimtab.find_rule(v_org_id, p_rule_id);
  select v.document into v_document
  from trimtab.rule_versions v
  where v.org_id = v_org_id and v.rule_id = p_rule_id and v.version = p_version;
  if not found then
    raise exception 'the rule has no version %', coalesce(p_version::text, 'null')
      using errcode = 'TT031',
            detail = format('It has versions 1 to %s.', v_rule.version),
            hint = 'select version, valid_from, reason, document from trimtab.rule_versions where rule_id = …;';
  end if;
  -- Going back is a new version: what was is never changed. On and off is not part of it.
  perform trimtab.save_rule(
    v_document || jsonb_build_object('status', v_rule.status), p_rule_id,
    coalesce(nullif(btrim(p_reason), ''), format('Back to version %s.', p_version)));
  return (trimtab.find_rule(v_org_id, p_rule_id)).version;
end
$$;
comment on function trimtab.restore_rule_version(uuid, integer, text) is
  'Makes the rule say again what an earlier version said, as a new version; its status stays. Returns the rule''s version. Errors: TT031 no such rule or version, and those of save_rule().';
alter function trimtab.restore_rule_version(uuid, integer, text) owner to trimtab_definer;
grant execute on function trimtab.restore_rule_version(uuid, integer, text) to trimtab_user, trimtab_engine;
