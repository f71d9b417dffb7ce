create or replace function trimtab.attribute_values(
  p_org_id uuid,
  p_features jsonb[],
  p_campaign_ids uuid[],
  p_as_of timestamptz,
  p_known bigint,
  p_event jsonb
)
  returns table (feature integer, campaign_id uuid, value numeric)
  language plpgsql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
#variable_conflict use_column
begin
  return query
  select f.place::integer, c.campaign_id,
    trimtab.answer_of(f.entry ->> 'operator', a.value, f.entry -> 'value')
  from unnest(p_features) with ordinality f (entry, place)
  cross join trimtab.campaigns_at(p_org_id, p_as_of, p_campaign_ids) c
  left join trimtab.campaign_groups g on g.org_id = p_org_id and g.id = c.group_id
  cross join lateral (
    select case f.entry ->> 'field'
      when 'title' then to_jsonb(c.title)
      when 'platform' then to_jsonb(c.platform)
      when 'group' then to_jsonb(g.name)
      when 'tags' then to_jsonb(c.tags)
      when 'currency' then to_jsonb(c.currency)
      when 'id' then to_jsonb(c.campaign_id)
    end
  ) a (value);
end
$$;
comment on function trimtab.attribute_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) is
  'Values of the condition campaign_attribute: 1 where the campaign''s title, platform, group (name), tags, currency or id answers to operator and value, see answer_of(); else 0. Null for a campaign without platform or group; one without tags has none of them.';
grant execute on function trimtab.attribute_values(uuid, jsonb[], uuid[], timestamptz, bigint, jsonb) to trimtab_user, trimtab_engine, trimtab_definer;
