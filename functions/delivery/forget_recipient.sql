create or replace function trimtab.forget_recipient(p_org_id uuid, p_user_id uuid)
  returns void
  language plpgsql
  volatile
  parallel unsafe
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_email text := (select lower(u.email) from trimtab.users u where u.id = p_user_id);
begin
  delete from trimtab.notifications n
  where (n.org_id = p_org_id or p_org_id is null) and n.user_id = p_user_id;
  -- An address that stood in a rule before its owner became a member.
  update trimtab.outbox o
  set recipients = array(select r.recipient from unnest(o.recipients) r (recipient) where lower(r.recipient) <> v_email)
  where (o.org_id = p_org_id or p_org_id is null)
    and exists (select from unnest(o.recipients) r (recipient) where lower(r.recipient) = v_email);
  update trimtab.alerts a
  set assignee_id = null
  where (a.org_id = p_org_id or p_org_id is null) and a.assignee_id = p_user_id and a.status <> 'resolved';
end
$$;
comment on function trimtab.forget_recipient(uuid, uuid) is
  'Handler of person_erased: an erased person''s notifications and address go, and what they were to look at is nobody''s. Without an organization: in all. For definer functions.';
grant execute on function trimtab.forget_recipient(uuid, uuid) to trimtab_definer;
