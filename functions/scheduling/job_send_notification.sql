create or replace function trimtab.job_send_notification(p_org_id uuid, p_arguments jsonb, p_context jsonb)
  returns jsonb
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
begin
  -- Without an execution it has no key: that a run is carried out once is enough.
  return trimtab.act_send_notification(p_org_id, p_arguments, jsonb_build_object(
    'rule_name', p_context -> 'schedule_name'));
end
$$;
comment on function trimtab.job_send_notification(uuid, jsonb, jsonb) is
  'Handler of schedules that send a message {message, subject, recipients, channel}, once a run, as the action send_notification of a rule does; the subject is the schedules name when there is none. Returns {message_id, message_ids}. Errors: TT062 nobody to write to.';
grant execute on function trimtab.job_send_notification(uuid, jsonb, jsonb) to trimtab_definer;
