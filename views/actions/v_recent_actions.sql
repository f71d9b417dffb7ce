create or replace view trimtab.v_recent_actions with (security_invoker = true) as
select
  a.id,
  a.campaign_id,
  c.title as campaign_title,
  c.platform,
  a.action_type,
  a.reason,
  a.previous_state,
  a.new_state,
  a.confidence_score,
  a.expected_impact,
  a.actual_impact,
  a.status,
  a.origin,
  a.rule_id,
  a.rule_version,
  a.run_id,
  a.error_code,
  a.error_message,
  a.executed_at,
  a.rolled_back_at,
  a.created_at,
  trimtab.clock() - a.created_at as age,
  a.status = 'executed' as can_be_rolled_back,
  a.org_id,
  a.number
from trimtab.autonomous_actions a
join trimtab.campaigns c on c.org_id = a.org_id and c.id = a.campaign_id
where a.org_id = (select trimtab.current_org_id())
order by a.created_at desc, a.number desc;
comment on view trimtab.v_recent_actions is
  'The organization''s automatic actions, newest first, with the campaign''s title and how long ago; done, taken back and failed ones.';
grant select on trimtab.v_recent_actions to trimtab_user, trimtab_engine;
