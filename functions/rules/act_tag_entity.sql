create or replace function trimtab.act_tag_entity(p_org_id uuid, p_action jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_removes boolean := coalesce((p_action ->> 'remove')::boolean, false);
  v_given text[] := array(
    select btrim(t.tag) from jsonb_array_elements_text(p_action -> 'tags') with ordinality t (tag, place)
    where btrim(t.tag) <> '' order by t.place);
  v_campaign trimtab.campaigns;
  v_tags text[];
begin
  perform trimtab.lock_organization(p_org_id);
  select c.* into v_campaign
  from trimtab.campaigns c
  where c.org_id = p_org_id and c.id = (p_context ->> 'campaign_id')::uuid
  for no key update;
  if not found then
    raise exception 'there is no such campaign'
      using errcode = 'TT010',
            detail = format('No campaign of the organization has the id %s.', coalesce(p_context ->> 'campaign_id', 'null')),
            hint = 'Tags are given to campaigns.';
  end if;
  -- Present tags keep their order; new ones come behind.
  select coalesce(array_agg(t.tag order by t.place), '{}') into v_tags
  from (
    select u.tag, min(u.place) as place
    from unnest(v_campaign.tags || case when v_removes then '{}' else v_given end) with ordinality u (tag, place)
    where not (v_removes and u.tag = any (v_given))
    group by u.tag
  ) t;
  if v_tags <> v_campaign.tags then
    update trimtab.campaigns c
    set tags = v_tags
    where c.org_id = p_org_id and c.id = v_campaign.id;
    insert into trimtab.audit_log (
      org_id, occurred_at, user_id, login, rule_id, run_id, action, entity_type, entity_id, old_values, new_values)
    values (
      p_org_id, trimtab.clock(), trimtab.current_user_id(), session_user, (p_context ->> 'rule_id')::uuid,
      (p_context ->> 'run_id')::uuid, 'campaign.settings_changed', 'campaign', v_campaign.id,
      jsonb_build_object('tags', v_campaign.tags), jsonb_build_object('tags', v_tags, 'reason', p_context ->> 'reason'));
    perform trimtab.emit_event(
      p_org_id, 'campaign.tags_changed',
      jsonb_build_object('before', v_campaign.tags, 'after', v_tags, 'rule_id', p_context -> 'rule_id'), 'campaign', v_campaign.id);
  end if;
  return jsonb_build_object('tags', v_tags, 'is_changed', v_tags <> v_campaign.tags);
end
$$;
comment on function trimtab.act_tag_entity(uuid, jsonb, jsonb) is
  'Handler of the action tag_entity {tags, remove}: gives tags to the campaign or takes them from it; {tags, is_changed}. The audit log names the rule, the journal tells (campaign.tags_changed). Errors: TT010.';
grant execute on function trimtab.act_tag_entity(uuid, jsonb, jsonb) to trimtab_definer;
