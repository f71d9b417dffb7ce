create or replace view trimtab.autonomous_actions with (security_invoker = true) as
select
  l.id,
  l.campaign_id,
  l.action_type,
  l.reason,
  l.previous_state,
  l.new_state,
  l.confidence_score,
  l.expected_impact,
  l.actual_impact,
  l.status,
  l.executed_at,
  l.created_at,
  l.org_id,
  l.origin,
  l.rule_id,
  l.rule_version,
  l.run_id,
  l.user_id,
  l.error_code,
  l.error_message,
  l.rolled_back_at,
  l.rolled_back_by,
  l.evidence,
  l.number
from trimtab.campaign_changes l
where l.is_automated;
comment on view trimtab.autonomous_actions is
  'The ledger''s rows of what was automated, done or failed; the seed''s table of that name. status may be set to rolled_back by a manager who put the campaign right by hand; rollback_action() does both.';
grant select on trimtab.autonomous_actions to trimtab_user, trimtab_engine, trimtab_definer;
-- Every column, so that whoever tries hears why not (TT017).
grant update (id, campaign_id, action_type, reason, previous_state, new_state, confidence_score, expected_impact,
  actual_impact, status, executed_at, created_at) on trimtab.autonomous_actions to trimtab_user;
create or replace trigger least_role before update on trimtab.autonomous_actions
  for each statement execute function trimtab.refuse_low_role('manager');
create or replace trigger update_action instead of update on trimtab.autonomous_actions
  for each row execute function trimtab.update_autonomous_action();
