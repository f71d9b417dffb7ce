create or replace function trimtab.mark_notifications_read(p_message_ids uuid[] default null)
  returns integer
  language plpgsql
  volatile
  parallel unsafe
  -- definer: people may change nothing else of a notification.
  security definer
  set search_path to trimtab, pg_catalog, pg_temp
as $$
declare
  v_org_id uuid := trimtab.require_org('viewer');
  v_count integer;
begin
  update trimtab.notifications n
  set read_at = trimtab.clock()
  where n.org_id = v_org_id
    and n.user_id = trimtab.current_user_id()
    and n.read_at is null
    and (p_message_ids is null or n.message_id = any (p_message_ids));
  get diagnostics v_count = row_count;
  return v_count;
end
$$;
comment on function trimtab.mark_notifications_read(uuid[]) is
  'Marks the caller''s own notifications as read (null: all) and returns how many were not yet. Role: viewer. Errors: TT001-TT002.';
alter function trimtab.mark_notifications_read(uuid[]) owner to trimtab_definer;
grant execute on function trimtab.mark_notifications_read(uuid[]) to trimtab_user, trimtab_engine;
