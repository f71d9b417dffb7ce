create or replace function trimtab.job_send_notification_faults(p_org_id uuid, p_arguments jsonb)
  returns text[]
  language sql
  stable
  parallel safe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
  select coalesce(array_agg(format(
      'arguments.recipients: found %s, allowed: a member''s id, an e-mail address, a #channel of Slack, or role:<role>.', to_jsonb(r.given))
    order by r.given), '{}')
  from trimtab.resolve_recipients(p_org_id, array(select jsonb_array_elements_text(p_arguments -> 'recipients'))) r
  where r.kind = 'unknown'
$$;
comment on function trimtab.job_send_notification_faults(uuid, jsonb) is 'What is wrong with whom a schedule writes to; see job_faults().';
grant execute on function trimtab.job_send_notification_faults(uuid, jsonb) to trimtab_definer;
