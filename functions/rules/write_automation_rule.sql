create or replace function trimtab.write_automation_rule()
  returns trigger
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  -- Columns that are keys of a document just so; normalize_rule() knows their other spellings as well.
  c_keys constant text[] := array[
    'name', 'rule_name', 'description', 'rule_type', 'category', 'entity_type', 'entity_id', 'conditions', 'condition_logic',
    'actions', 'priority', 'status', 'enabled', 'is_active', 'trigger_type', 'trigger_config', 'execute_sequentially',
    'delay_between_actions_seconds', 'stop_on_error', 'max_executions_per_day', 'cooldown_minutes', 'campaign_cooldown_minutes'];
  c_nullable constant text[] := array['description', 'category', 'max_executions_per_day', 'entity_id'];
  c_ignored constant text[] := array['updated_at', 'priority_rank', 'document'];
  v_old jsonb := case when tg_op = 'INSERT' then '{}' else to_jsonb(old) end;
  v_new jsonb := case when tg_op = 'DELETE' then '{}' else to_jsonb(new) end;
  v_changed jsonb;
  v_fixed text;
  v_faults text[];
  v_without text[];
begin
  if tg_op = 'DELETE' then
    perform trimtab.set_rule_status(old.rule_id, 'archived', 'Deleted.');
    return old;
  end if;
  if tg_op = 'INSERT' then
    if new.org_id <> trimtab.require_org('analyst') then
      raise exception 'rules are saved for the organization of the session only'
        using errcode = 'TT004',
              detail = format('%s is not it.', new.org_id),
              hint = 'Leave org_id out.';
    end if;
    v_new := v_new - 'org_id';
    if new.created_by = trimtab.current_user_id() then
      v_new := v_new - 'created_by';
    end if;
  end if;
  select coalesce(jsonb_object_agg(n.key, n.value), '{}') into v_changed
  from jsonb_each(v_new) n
  where n.value is distinct from v_old -> n.key and (tg_op = 'UPDATE' or n.value <> 'null');
  select min(k.key) into v_fixed
  from jsonb_object_keys(v_changed) k (key)
  where k.key <> all (c_keys || c_ignored);
  if v_fixed is not null then
    raise exception 'the column % is not written by hand', v_fixed
      using errcode = 'TT032',
            detail = 'Ids, version, counters, the times of creation and use, and copied_from are kept by the system.',
            hint = 'Leave it out. These may be written: ' || array_to_string(c_keys, ', ') || ', priority_rank.';
  end if;

  select array_agg(format('%s: found nothing, allowed: a value.', c.key) order by c.key) into v_faults
  from jsonb_each(v_changed) c
  where c.value = 'null' and c.key <> all (c_nullable || c_ignored);
  if v_faults is not null then
    raise exception 'the rule is not valid (faults: %)', cardinality(v_faults)
      using errcode = 'TT030',
            detail = array_to_string(v_faults, E'\n'),
            hint = 'These may be null: ' || array_to_string(c_nullable, ', ') || '.';
  end if;

  if tg_op = 'INSERT' then
    new.rule_id := trimtab.save_rule(
      coalesce(v_changed -> 'document', '{}') || (v_changed - c_ignored)
      || case when v_changed ? 'priority_rank' then jsonb_build_object('priority', v_changed -> 'priority_rank') else '{}' end
      -- As in the originals, a rule that says nothing of its status is active.
      || case when v_changed ?| array['status', 'enabled', 'is_active'] or v_changed -> 'document' ?| array['status', 'enabled', 'is_active']
           then '{}' else '{"status": "active"}'::jsonb end);
  elsif v_changed - 'updated_at' = '{}' then
    return new;
  elsif v_changed ? 'document' then
    perform trimtab.save_rule(new.document, old.rule_id);
  else
    -- A key that is written takes the place of what says the same in the document; null takes it out.
    select coalesce(array_agg(k.written), '{}') into v_without
    from (
      values ('conditions', 'conditions'), ('condition_logic', 'conditions'), ('entity_id', 'scope'), ('entity_type', 'scope'),
             ('trigger_type', 'trigger'), ('trigger_config', 'trigger'), ('execute_sequentially', 'execution'),
             ('enabled', 'status'), ('is_active', 'status'), ('rule_name', 'name'),
             ('description', 'description'), ('category', 'category'), ('max_executions_per_day', 'max_executions_per_day')
    ) k (written_as, written)
    where v_changed ? k.written_as;
    perform trimtab.change_rule(
      old.rule_id,
      (select coalesce(jsonb_object_agg(c.key, c.value), '{}')
       from jsonb_each(v_changed - c_ignored) c
       where c.value <> 'null')
      || case when v_changed ? 'priority_rank' then jsonb_build_object('priority', new.priority_rank) else '{}' end
      -- These are read together.
      || case when v_changed ?| array['conditions', 'condition_logic']
           then jsonb_build_object('conditions', new.conditions, 'condition_logic', new.condition_logic) else '{}' end
      || case when v_changed ?| array['trigger_type', 'trigger_config']
           then jsonb_build_object('trigger_type', new.trigger_type, 'trigger_config', new.trigger_config) else '{}' end,
      v_without);
  end if;
  select r.* into new from trimtab.v_automation_rules r where r.org_id = trimtab.current_org_id() and r.rule_id = new.rule_id;
  return new;
end
$$;
comment on function trimtab.write_automation_rule() is
  'INSTEAD OF trigger of v_automation_rules: the columns of the original tables become keys of the document, which goes through save_rule(). A new rule is active unless it says otherwise; a deleted one is archived; updated_at is the system''s whatever is written. Errors: those of save_rule(), TT004 another organization''s, TT032 a column that the system keeps.';
