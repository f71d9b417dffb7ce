create or replace function trimtab.write_autonomous_rule()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_document jsonb;
  v_fixed text;
begin
  if tg_op = 'DELETE' then
    perform trimtab.set_rule_status(old.id, 'archived', 'Deleted.');
    return old;
  end if;

  if tg_op = 'INSERT' then
    if new.org_id <> trimtab.require_org('analyst') then
      raise exception 'rules are saved for the organization of the session only'
        using errcode = 'TT004',
              detail = format('%s is not it.', new.org_id),
              hint = 'Leave org_id out.';
    end if;
    v_fixed := case
      when new.id is not null then 'id'
      when new.version is not null then 'version'
      when new.copied_from is not null then 'copied_from'
      when new.created_by is distinct from trimtab.current_user_id() and new.created_by is not null then 'created_by'
    end;
    v_document := jsonb_build_object(
      'name', new.rule_name, 'rule_type', new.rule_type, 'condition', new.condition, 'action', new.action,
      'priority', coalesce(new.priority, 50),
      'status', case when coalesce(new.is_active, true) then 'active' else 'paused' end)
      || case when new.description is null then '{}' else jsonb_build_object('description', new.description) end;
  else
    v_fixed := case
      when new.id is distinct from old.id then 'id'
      when new.org_id is distinct from old.org_id then 'org_id'
      when new.version is distinct from old.version then 'version'
      when new.copied_from is distinct from old.copied_from then 'copied_from'
      when new.created_by is distinct from old.created_by then 'created_by'
      when new.created_at is distinct from old.created_at then 'created_at'
    end;
  end if;
  if v_fixed is not null then
    raise exception 'the column % is not written by hand', v_fixed
      using errcode = 'TT032',
            detail = 'id, org_id, version, created_by, created_at and copied_from are kept by the system.',
            hint = 'Leave it out. rule_name, rule_type, condition, action, priority, is_active and description may be written.';
  end if;

  if tg_op = 'UPDATE' and (new.rule_name is null or new.priority is null or new.is_active is null) then
    raise exception 'a rule has a name and a priority, and is on or off'
      using errcode = 'TT030',
            detail = array_to_string(array[
              case when new.rule_name is null then 'rule_name: found nothing, allowed: a name.' end,
              case when new.priority is null then 'priority: found nothing, allowed: a whole number.' end,
              case when new.is_active is null then 'is_active: found nothing, allowed: true or false.' end], E'\n'),
            hint = 'Leave out what is to stay as it is.';
  end if;

  if tg_op = 'INSERT' then
    new.id := trimtab.save_rule(v_document);
  elsif (new.rule_name, new.rule_type, new.priority, new.description) is not distinct from
        (old.rule_name, old.rule_type, old.priority, old.description)
    and (new.condition, new.action) is not distinct from (old.condition, old.action)
  then
    if new.is_active <> old.is_active then
      perform trimtab.set_rule_status(old.id, case when new.is_active then 'active' else 'paused' end);
    end if;
  else
    -- What was not touched stays as the document says it; a condition or an action that was takes the place of all of them.
    perform trimtab.change_rule(
      old.id,
      case when new.rule_name is distinct from old.rule_name then jsonb_build_object('name', new.rule_name) else '{}' end
      || case when new.rule_type is distinct from old.rule_type then jsonb_build_object('rule_type', new.rule_type) else '{}' end
      || case when new.priority is distinct from old.priority then jsonb_build_object('priority', new.priority) else '{}' end
      || case when new.description is distinct from old.description then jsonb_build_object('description', new.description) else '{}' end
      || case when new.condition is distinct from old.condition then jsonb_build_object('condition', new.condition) else '{}' end
      || case when new.action is distinct from old.action then jsonb_build_object('action', new.action) else '{}' end
      || case
        when new.is_active <> old.is_active then jsonb_build_object('status', case when new.is_active then 'active' else 'paused' end)
        else '{}'
      end,
      case when new.condition is distinct from old.condition then array['conditions', 'evidence', 'min_confidence'] else '{}' end
      || case when new.action is distinct from old.action then array['actions'] else '{}' end);
  end if;
  select r.* into new from trimtab.autonomous_rules r where r.org_id = trimtab.current_org_id() and r.id = new.id;
  return new;
end
$$;
comment on function trimtab.write_autonomous_rule() is
  'INSTEAD OF trigger of autonomous_rules: the seeds'' inserts, updates and deletes go through save_rule() and set_rule_status(). A new rule is active unless is_active is false; is_active false pauses. A deleted rule is archived; its versions stay. updated_at is the system''s whatever is written. Errors: those of save_rule(), TT004 another organization''s, TT032 a column that the system keeps.';
