create or replace function trimtab.forget_trigger_recipient(p_org_id uuid, p_user_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_names text[] := array(
    select unnest(array[lower(u.email), u.id::text, 'user:' || u.id]) from trimtab.users u where u.id = p_user_id);
begin
  update trimtab.triggers t
  set target = x.target, document = t.document || jsonb_build_object('target', x.target || jsonb_build_object('type', t.target_code))
  from (
    select r.org_id, r.id,
      case when lower(r.target ->> 'assignee') = any (v_names) then r.target - 'assignee' else r.target end
      || case when jsonb_typeof(r.target -> 'recipients') = 'array' then jsonb_build_object('recipients', (
           select coalesce(jsonb_agg(e.name order by e.place), '[]')
           from jsonb_array_elements(r.target -> 'recipients') with ordinality e (name, place)
           where lower(e.name #>> '{}') <> all (v_names))) else '{}' end as target
    from trimtab.triggers r
    where r.org_id = p_org_id or p_org_id is null
  ) x
  where t.org_id = x.org_id and t.id = x.id and t.target <> x.target;
end
$$;
comment on function trimtab.forget_trigger_recipient(uuid, uuid) is
  'Handler of person_erased: triggers no longer write to an erased person, and name them nowhere. Without an organization: in all. For definer functions.';
grant execute on function trimtab.forget_trigger_recipient(uuid, uuid) to trimtab_definer;
