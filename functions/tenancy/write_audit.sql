create or replace function trimtab.write_audit()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  -- definer: no caller may write the audit log.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  -- Argument 0: the entity's name; 1: the column of its id; 2: columns left out, separated by commas.
  v_hidden text[] := string_to_array(coalesce(tg_argv[2], ''), ',');
  v_old jsonb := case when tg_op <> 'INSERT' then to_jsonb(old) - v_hidden end;
  v_new jsonb := case when tg_op <> 'DELETE' then to_jsonb(new) - v_hidden end;
begin
  if tg_op = 'UPDATE' then
    select jsonb_object_agg(n.key, v_old -> n.key), jsonb_object_agg(n.key, n.value)
      into v_old, v_new
    from jsonb_each(v_new) n
    where n.value is distinct from v_old -> n.key;
    if v_new is null then
      return null;
    end if;
  end if;
  insert into trimtab.audit_log (org_id, occurred_at, user_id, login, action, entity_type, entity_id, old_values, new_values)
  select
    case when tg_op = 'DELETE' then old.org_id else new.org_id end,
    trimtab.clock(), c.user_id, session_user,
    tg_argv[0] || case tg_op when 'INSERT' then '.created' when 'UPDATE' then '.updated' else '.deleted' end,
    tg_argv[0],
    (case when tg_op = 'DELETE' then to_jsonb(old) else to_jsonb(new) end ->> tg_argv[1])::uuid,
    v_old, v_new
  from trimtab.session_context() c;
  return null;
end
$$;
comment on function trimtab.write_audit() is
  'Row trigger: writes what changed (an update: the changed columns only) to audit_log in the same transaction.';
alter function trimtab.write_audit() owner to trimtab_definer;
create or replace trigger audit after insert or update or delete on trimtab.organizations
  for each row execute function trimtab.write_audit('organization', 'org_id', 'knowledge_revision,replay_floor,facts_from');
create or replace trigger audit after insert or update or delete on trimtab.memberships
  for each row execute function trimtab.write_audit('membership', 'user_id');
create or replace trigger audit after insert or update or delete on trimtab.login_organizations
  for each row execute function trimtab.write_audit('login_organization', 'org_id');
