create or replace function trimtab.target_notification_faults(p_org_id uuid, p_target jsonb)
  returns text[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  with faults as (
    select trimtab.part_faults(p_target, 'target', '{
      "type": "text!", "recipients": "texts", "subject": "text", "message": "prose", "channel": "in_app|email|slack"}') as lines
  )
  select f.lines || array(
    select format('target.recipients: found %s, allowed: members'' addresses or ids, or role:<role>%s.', r.given,
      case coalesce(p_target ->> 'channel', 'in_app') when 'in_app' then '' when 'email' then '; other addresses' else '; other addresses and #channels' end)
    from trimtab.resolve_recipients(p_org_id, array(
      select jsonb_array_elements_text(case when f.lines = '{}' and p_target ? 'recipients' then p_target -> 'recipients' else '[]' end))) r
    where r.kind not in ('user', 'role')
      and case coalesce(p_target ->> 'channel', 'in_app')
        when 'in_app' then true when 'email' then r.kind <> 'address' else r.kind not in ('address', 'channel') end)
  from faults f
$$;
comment on function trimtab.target_notification_faults(uuid, jsonb) is 'What is wrong with the arguments of the target notification.';
grant execute on function trimtab.target_notification_faults(uuid, jsonb) to trimtab_definer;
