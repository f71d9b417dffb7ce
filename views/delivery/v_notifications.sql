create or replace view trimtab.v_notifications with (security_invoker = true) as
select
  n.org_id,
  n.message_id,
  n.user_id,
  n.subject,
  n.body,
  n.campaign_id,
  c.title as campaign_title,
  n.read_at is not null as is_read,
  n.created_at,
  n.read_at
from trimtab.notifications n
left join trimtab.campaigns c on c.org_id = n.org_id and c.id = n.campaign_id;
comment on view trimtab.v_notifications is
  'The messages of whoever asks, within Trimtab. mark_notifications_read() marks them.';
grant select on trimtab.v_notifications to trimtab_user, trimtab_engine;
